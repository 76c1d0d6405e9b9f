// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/network.hpp>
#include <graft/model/rest.hpp>

namespace graft::detail {

/// The boundary in front of all layers: nothing is frozen.
inline constexpr fixed_string input_name = "input_1";

/// A network can be divided behind a layer: it has it, and nothing but that layer's value goes on.
template <class Net, fixed_string Name>
constexpr bool check_boundary() {
  using layers = typename Net::layers;
  if constexpr (Name == input_name)
    return true;
  else if constexpr (!Cut<Name, layers>::found)
    static_assert(never<Received<text_of<Name>>, Expected<text_of<boundary_name_list<Net>>>>,
                  "graft: FreezeThrough<\"name\">: the backbone has no layer of that name");
  else if constexpr (!Rest<Name, layers>::divides)
    static_assert(never<Received<text_of<Name>>, Expected<text_of<boundary_name_list<Net>>>>,
                  "graft: FreezeThrough<\"name\">: the layer is inside a block, and values of other branches "
                  "cross the boundary beside its own");
  return true;
}

template <class Net, fixed_string Name>
inline constexpr bool is_boundary = Name == input_name || Rest<Name, typename Net::layers>::divides;

/// A network divided behind a layer: `frozen`, and the layers `rest` for a network on its output.
template <class Net, fixed_string Through, class Statistics>
struct Divided {
  using frozen = typename Net::template Until<Through>;
  using rest = typename Detached<Net, graph_of<frozen>.size, Statistics,
                                 typename Rest<Through, typename Net::layers>::type>::type;
};

template <class Net>
struct Divided<Net, "", FrozenStatistics> {
  using frozen = Net;
  using rest = Sequential<>;
};

template <class Net, class Statistics>
struct Divided<Net, input_name, Statistics> {
  struct frozen : Bound<Net::input_shape, Sequential<>> {
    using preprocessing = typename Net::preprocessing;
    static constexpr Shape output_shape = Net::input_shape;
    static constexpr std::size_t parameter_count = 0;
  };
  using rest = typename Detached<Net, 1, Statistics, typename Net::layers>::type;
};

/// The base with its freeze boundary elsewhere; what cannot be is refused, and the base stays as it is.
template <class Base, fixed_string Name, class Statistics>
struct FreezeThroughOf {
  static_assert(never<Base>, "graft: FreezeThrough<\"name\">: the model has no backbone to freeze");
  using type = Base;
};

template <class Net, fixed_string Old, class OldStatistics, fixed_string Name, class Statistics>
struct FreezeThroughOf<Frozen<Net, Old, OldStatistics>, Name, Statistics> {
  static_assert(check_boundary<Net, Name>());
  static constexpr bool is_last = Name.view() == graph_of<Net>.nodes[graph_of<Net>.output].label;
  using type = std::conditional_t<!is_boundary<Net, Name>, Frozen<Net, Old, OldStatistics>,
                                  std::conditional_t<is_last, Frozen<Net>, Frozen<Net, Name, Statistics>>>;
};

}  // namespace graft::detail
