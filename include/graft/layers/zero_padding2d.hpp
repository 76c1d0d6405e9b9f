// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/window.hpp>

namespace graft {

/// Rows and columns of zeros around an image.
struct Padding {
  std::size_t top = 0, bottom = 0, left = 0, right = 0;

  constexpr Shape output(Shape input) const {
    return {top + input[0] + bottom, left + input[1] + right, input[2]};
  }
};

namespace detail {

struct PaddingLayer : LayerDefaults {
  static constexpr std::string_view keras_class = "ZeroPadding2D";
  static constexpr std::string_view keras_prefix = "zero_padding2d";
  static constexpr Role role = Role::pad;
  static constexpr std::string_view expects = "an image (height, width, channels)";

  static constexpr bool accepts(Shape input) { return input.rank == 3; }
};

}  // namespace detail

/// Zeros around the image: (h, w, c) to (Top + h + Bottom, Left + w + Right, c). Source: Keras'
/// ZeroPadding2D.
template <std::size_t Top, std::size_t Bottom = Top, std::size_t Left = Top, std::size_t Right = Bottom>
struct ZeroPadding2D : detail::PaddingLayer {
  static constexpr Padding padding(Shape) { return {Top, Bottom, Left, Right}; }
  static constexpr Shape output_shape(Shape input) { return padding(input).output(input); }
};

/// The zeros with which a Valid window with strides of 2 does what a Same one does: one less before an even
/// side than behind it, as many on both sides of an odd one. Source: Keras' ZeroPadding2D with
/// imagenet_utils.correct_pad.
template <class KernelSize>
struct CorrectPadding2D : detail::PaddingLayer {
  static constexpr Padding padding(Shape input) {
    constexpr std::size_t rows = KernelSize::height / 2, columns = KernelSize::width / 2;
    return {rows - (input[0] % 2 == 0 ? 1 : 0), rows, columns - (input[1] % 2 == 0 ? 1 : 0), columns};
  }
  static constexpr Shape output_shape(Shape input) { return padding(input).output(input); }
};

}  // namespace graft
