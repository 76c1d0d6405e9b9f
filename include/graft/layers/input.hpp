// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>

namespace graft {

/// What goes into a network: an image of Height x Width pixels and Channels channels.
template <std::size_t Height, std::size_t Width, std::size_t Channels = 3>
struct Image {
  static constexpr Shape shape{Height, Width, Channels};
};

/// What goes into a network: one sample of any shape, such as features that were computed before.
template <std::size_t... Extents>
struct Input {
  static constexpr Shape shape{Extents...};
};

/// A description of a network's input.
template <class T>
concept InputDescription = requires {
  { T::shape } -> std::convertible_to<Shape>;
};

}  // namespace graft
