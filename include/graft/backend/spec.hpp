// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/window.hpp>

#include <cstddef>

namespace graft {

/// How an image lies in a buffer of (batch, height, width, pixel_stride) floats, of which each pixel uses the
/// first `channels`: a branch of a Concatenate has pixel_stride > channels, because it writes into its slice.
/// A vector is an image of one pixel.
struct ImageLayout {
  std::size_t height = 1, width = 1, channels = 1;
  std::size_t pixel_stride = 1;

  constexpr std::size_t pixels() const { return height * width; }
  constexpr std::size_t size() const { return pixels() * channels; }  ///< values of one image
  constexpr std::size_t image_stride() const {
    return pixels() * pixel_stride;
  }  ///< floats to the next image
  constexpr bool contiguous() const { return pixel_stride == channels; }
  constexpr bool operator==(const ImageLayout&) const = default;
};

/// The layout of a contiguous tensor of a shape.
constexpr ImageLayout contiguous(Shape shape) {
  if (shape.rank == 3) return {shape[0], shape[1], shape[2], shape[2]};
  return {1, 1, shape.size(), shape.size()};
}

/// Complete compile-time specifications of the primitives. Kernels are templates on these values, so that
/// every size is a constant to the compiler; equal specifications share one instantiation.
struct Conv2dSpec {
  ImageLayout input, output;
  Window window;

  /// Rows of the kernel as a matrix: (kernel height, kernel width, input channels) as they stand.
  constexpr std::size_t patch_size() const { return window.height * window.width * input.channels; }
  constexpr bool operator==(const Conv2dSpec&) const = default;
};

/// A convolution of each channel by itself, to `multiplier` outputs.
struct DepthwiseSpec {
  ImageLayout input, output;
  Window window;

  constexpr std::size_t multiplier() const { return output.channels / input.channels; }
  constexpr std::size_t kernel_size() const { return window.height * window.width * output.channels; }
  constexpr bool operator==(const DepthwiseSpec&) const = default;
};

struct Pool2dSpec {
  ImageLayout input, output;
  Window window;
  constexpr bool operator==(const Pool2dSpec&) const = default;
};

struct DenseSpec {
  std::size_t inputs, units;
  constexpr bool operator==(const DenseSpec&) const = default;
};

/// One value in, one value out, same size: activations, dropout, batch normalisation, plain copies.
struct ElementwiseSpec {
  ImageLayout input, output;
  constexpr bool operator==(const ElementwiseSpec&) const = default;
};

/// A map times a factor for each of its values, or for each of its channels.
struct MultiplySpec {
  ImageLayout input, factor, output;

  /// One pixel of factors for all pixels.
  constexpr bool per_channel() const { return factor.pixels() == 1; }
  constexpr bool operator==(const MultiplySpec&) const = default;
};

/// The input lies in the output with `top` rows above and `left` columns before it.
struct PadSpec {
  ImageLayout input, output;
  std::size_t top, left;
  constexpr bool operator==(const PadSpec&) const = default;
};

}  // namespace graft
