// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/vector.hpp>
#include <graft/layers/activations.hpp>

#include <type_traits>

namespace graft::detail::simd {

/// Activations that kernels apply to sums while these are in registers; the others follow in a pass of their
/// own.
template <class Act>
inline constexpr bool in_registers =
    std::is_same_v<Act, Linear> || std::is_same_v<Act, Relu> || std::is_same_v<Act, Relu6>;

/// v = f(v)
inline __attribute__((always_inline)) void activate_vector(Linear, Vector&) {}
inline __attribute__((always_inline)) void activate_vector(Relu, Vector& v) {
  v = v > Vector{} ? v : Vector{};
}
inline __attribute__((always_inline)) void activate_vector(Relu6, Vector& v) {
  activate_vector(Relu{}, v);
  const Vector six = 6.0f - Vector{};
  v = v < six ? v : six;
}

/// What a kernel applies in registers on the way to Act.
template <class Act>
using InRegisters = std::conditional_t<in_registers<Act>, Act, Linear>;

}  // namespace graft::detail::simd
