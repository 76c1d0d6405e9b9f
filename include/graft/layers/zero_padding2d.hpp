// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/layer.hpp>

namespace graft {

/// Zeros around the image: (h, w, c) to (Top + h + Bottom, Left + w + Right, c). Source: Keras'
/// ZeroPadding2D.
template <std::size_t Top, std::size_t Bottom = Top, std::size_t Left = Top, std::size_t Right = Bottom>
struct ZeroPadding2D : LayerDefaults {
  static constexpr std::size_t top = Top, bottom = Bottom, left = Left, right = Right;
  static constexpr std::string_view keras_class = "ZeroPadding2D";
  static constexpr std::string_view keras_prefix = "zero_padding2d";
  static constexpr std::string_view expects = "an image (height, width, channels)";

  static constexpr bool accepts(Shape input) { return input.rank == 3; }
  static constexpr Shape output_shape(Shape input) {
    return {Top + input[0] + Bottom, Left + input[1] + Right, input[2]};
  }
};

}  // namespace graft
