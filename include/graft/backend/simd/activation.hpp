// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/exponential.hpp>
#include <graft/layers/activations.hpp>

#include <type_traits>

namespace graft::detail::simd {

/// Activations that kernels apply themselves to what they have summed; the others follow in a pass of their
/// own.
template <class Act>
inline constexpr bool in_kernels =
    std::is_same_v<Act, Linear> || std::is_same_v<Act, Relu> || std::is_same_v<Act, Relu6> ||
    std::is_same_v<Act, Sigmoid> || std::is_same_v<Act, Swish>;

/// What a kernel applies on the way to Act.
template <class Act>
using InKernels = std::conditional_t<in_kernels<Act>, Act, Linear>;

/// Of these, the ones whose code is short enough to be repeated for every register of every tile.
template <class Act>
inline constexpr bool in_registers =
    in_kernels<Act> && !std::is_same_v<Act, Sigmoid> && !std::is_same_v<Act, Swish>;

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
inline __attribute__((always_inline)) void activate_vector(Sigmoid, Vector& v) { sigmoid(v); }
inline __attribute__((always_inline)) void activate_vector(Swish, Vector& v) {
  Vector s = v;
  sigmoid(s);
  v *= s;
}

/// y = f(x) for `channels` floats of each of so many pixels, whose strides are in floats; y may be x. One
/// function for all sizes.
template <class Act>
__attribute__((noinline)) void activate_pixels(const float* x, std::size_t x_stride, float* y,
                                               std::size_t y_stride, std::size_t pixels,
                                               std::size_t channels) {
  for (; pixels > 0; --pixels, x += x_stride, y += y_stride) {
    Vector v;
    std::size_t c = 0;
    for (; c + lanes <= channels; c += lanes) {
      load(v, x + c);
      activate_vector(Act{}, v);
      store(y + c, v);
    }
    if (c == channels) continue;
    v = Vector{};
    std::memcpy(&v, x + c, (channels - c) * sizeof(float));
    activate_vector(Act{}, v);
    std::memcpy(y + c, &v, (channels - c) * sizeof(float));
  }
}

/// What a kernel does to a tile behind its last store, if Act was not applied in registers.
template <class Act>
inline __attribute__((always_inline)) void finish_tile(float* y, std::size_t stride, std::size_t pixels,
                                                       std::size_t channels) {
  if constexpr (!in_registers<Act>) activate_pixels<Act>(y, stride, y, stride, pixels, channels);
}

/// The part of Act that is applied in registers.
template <class Act>
using InRegisters = std::conditional_t<in_registers<Act>, Act, Linear>;

}  // namespace graft::detail::simd
