// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/layer.hpp>

namespace graft {

/// Training: drops Percent per cent of the values and multiplies the others by 1 / (1 - rate); prediction: y
/// = x. Shape: any, unchanged. The rate is in per cent, because it is a template argument.
template <std::size_t Percent>
struct Dropout : LayerDefaults {
  static constexpr std::size_t percent = Percent;
  static constexpr std::string_view keras_class = "Dropout";
  static constexpr std::string_view keras_prefix = "dropout";
  static constexpr Role role = Role::identity;
  static constexpr bool is_rate = Percent < 100;
  static constexpr std::string_view expects =
      is_rate ? "an image (height, width, channels) or a vector (units)" : "a rate from 0 to 99 per cent";

  static constexpr bool accepts(Shape input) { return is_rate && input.rank >= 1; }
  static constexpr Shape output_shape(Shape input) { return input; }
};

}  // namespace graft
