// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>

namespace graft {

/// Where the parameters of a network lie, in backend memory: one run of floats, or two, of which the first
/// holds the first `front_size`. So the unfrozen layers of a backbone join a head whose parameters stay where
/// they are. No parameter lies in both.
template <class T>
struct ParameterPointer {
  T* back = nullptr;
  T* front = nullptr;
  std::size_t front_size = 0;

  constexpr ParameterPointer(T* all) : back{all} {}
  constexpr ParameterPointer(T* first, std::size_t first_size, T* second)
      : back{second}, front{first}, front_size{first_size} {}

  /// The parameter that has so many floats before it.
  constexpr T* at(std::size_t offset) const {
    return offset < front_size ? front + offset : back + (offset - front_size);
  }

  constexpr operator ParameterPointer<const T>() const requires(!std::is_const_v<T>) {
    return {front, front_size, back};
  }
};

}  // namespace graft
