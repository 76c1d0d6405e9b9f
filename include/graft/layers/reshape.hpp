// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/layer.hpp>

namespace graft {

/// The same values, row-major, as (Extents...), which are as many. Costs nothing. Source: Keras' Reshape.
template <std::size_t... Extents>
struct Reshape : LayerDefaults {
  static constexpr Shape target{Extents...};
  static constexpr std::string_view keras_class = "Reshape";
  static constexpr std::string_view keras_prefix = "reshape";
  static constexpr Role role = Role::reshape;
  static constexpr std::string_view expects = "as many values as the new shape has";

  static constexpr bool accepts(Shape input) { return input.size() == target.size(); }
  static constexpr Shape output_shape(Shape) { return target; }
};

}  // namespace graft
