// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace graft {

/// The sizes of image that are decoded; every other one is refused from its header, before memory is
/// allocated.
struct ImageLimits {
  /// Both sides, in pixels: below 8 it is a tracking pixel or a spacer, no photograph.
  std::size_t min_side = 8;
  /// Height x width, in pixels: the largest cameras fit; a small file that claims more is an attack on memory
  /// (64 million pixels decode to 192 MB).
  std::size_t max_pixels = 64'000'000;
};

namespace detail {

inline std::string size_text(std::size_t height, std::size_t width) {
  return std::to_string(width) + "x" + std::to_string(height);
}

/// Throws ImageError when the limits refuse the size. Texts give sizes as width x height, as image viewers
/// do.
inline void check_image_size(std::string_view name, std::size_t height, std::size_t width,
                             const ImageLimits& limits) {
  if (height < limits.min_side || width < limits.min_side || height == 0 || width == 0)
    throw ImageError(name, "an image of at least " + size_text(limits.min_side, limits.min_side) + " pixels",
                     size_text(height, width));
  if (width > limits.max_pixels / height)
    throw ImageError(name, "an image of at most " + std::to_string(limits.max_pixels) + " pixels",
                     size_text(height, width));
}

}  // namespace detail
}  // namespace graft
