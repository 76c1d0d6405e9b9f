// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string>

namespace graft {

/// The extents of one sample or of one parameter, outermost first; the batch is never part of it.
/// Images are (height, width, channels), features are (units). A structural type: it can be a template
/// argument.
struct Shape {
  static constexpr std::size_t max_rank = 4;

  std::array<std::size_t, max_rank> extents{};
  std::size_t rank = 0;

  constexpr Shape() = default;

  template <std::convertible_to<std::size_t>... Extents>
  requires(sizeof...(Extents) > 0 && sizeof...(Extents) <= max_rank) constexpr Shape(Extents... e)
      : extents{static_cast<std::size_t>(e)...}, rank{sizeof...(Extents)} {}

  /// Number of elements; 1 for the empty shape.
  constexpr std::size_t size() const {
    std::size_t product = 1;
    for (std::size_t i = 0; i < rank; ++i) product *= extents[i];
    return product;
  }

  constexpr std::size_t operator[](std::size_t axis) const { return extents[axis]; }

  /// The last extent: channels of an image, units of a vector. 1 for the empty shape.
  constexpr std::size_t channels() const { return rank == 0 ? 1 : extents[rank - 1]; }

  constexpr bool operator==(const Shape&) const = default;
};

/// Python's spelling: "(7, 7, 768)", "(1024,)", "()".
inline std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.rank; ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + (shape.rank == 1 ? ",)" : ")");
}

}  // namespace graft
