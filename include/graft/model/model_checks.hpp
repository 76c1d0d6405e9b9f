// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/network.hpp>

namespace graft::detail {

template <class Base>
inline constexpr bool is_base = InputDescription<Base>;
template <LayeredNetwork Net, fixed_string Through, class Statistics>
inline constexpr bool is_base<Frozen<Net, Through, Statistics>> = true;

/// A model can be built on its base, and its head has layers and can stand on what the base delivers.
template <class Base, class HeadNetwork>
constexpr bool check_model() {
  using Head = typename HeadNetwork::layers;
  if constexpr (!is_base<Base>)
    static_assert(
        never<Expected<text_of<"Frozen<Backbone>, Image<height, width> or Input<...>">>, Received<Base>>,
        "graft: Model<Base, Head>: a model cannot be built on this base");
  else if constexpr (!all_layers<Head>)
    return check_layers<Head>();
  else if constexpr (node_types<HeadNetwork>::size == 1)
    static_assert(never<Expected<text_of<"a layer, or Sequential<...> of at least one">>, Received<Head>>,
                  "graft: Model<Base, Head>: the head has no layer");
  else
    return check_shapes<HeadNetwork>();
  return true;
}

}  // namespace graft::detail
