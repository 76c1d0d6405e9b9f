// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace graft {

/// The width of a MobileNet in percent, as Keras' alpha: Alpha<35> is alpha = 0.35.
template <std::size_t Percent>
struct Alpha {
  static_assert(Percent > 0, "Alpha<percent>: expected more than none of the channels");
  static constexpr std::size_t percent = Percent;
};

namespace detail {

template <class T>
inline constexpr bool is_alpha = false;
template <std::size_t Percent>
inline constexpr bool is_alpha<Alpha<Percent>> = true;

}  // namespace detail
}  // namespace graft
