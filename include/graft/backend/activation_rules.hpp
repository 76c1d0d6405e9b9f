// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/random.hpp>
#include <graft/layers/activations.hpp>

#include <cmath>
#include <cstddef>

namespace graft {

/// The arithmetic of the activations, once for all backends: meaning by overload.
/// An elementwise activation has `activate(word, x)` and `derivative(word, y)`, written in terms of its
/// output; where detail::derivative_of_input says so, `derivative(word, x)`.
GRAFT_HOST_DEVICE constexpr float activate(Linear, float x) { return x; }
GRAFT_HOST_DEVICE constexpr float derivative(Linear, float) { return 1.0f; }

GRAFT_HOST_DEVICE constexpr float activate(Relu, float x) { return x > 0.0f ? x : 0.0f; }
GRAFT_HOST_DEVICE constexpr float derivative(Relu, float y) { return y > 0.0f ? 1.0f : 0.0f; }

GRAFT_HOST_DEVICE constexpr float activate(Relu6, float x) { return x > 0.0f ? (x < 6.0f ? x : 6.0f) : 0.0f; }
GRAFT_HOST_DEVICE constexpr float derivative(Relu6, float y) { return y > 0.0f && y < 6.0f ? 1.0f : 0.0f; }

GRAFT_HOST_DEVICE inline float activate(Sigmoid, float x) {
  // exp of a negative number only: no overflow, and full precision on both sides.
  const float e = std::exp(-std::fabs(x));
  return (x >= 0.0f ? 1.0f : e) / (1.0f + e);
}
GRAFT_HOST_DEVICE constexpr float derivative(Sigmoid, float y) { return y * (1.0f - y); }

GRAFT_HOST_DEVICE inline float activate(Swish, float x) { return x * activate(Sigmoid{}, x); }
GRAFT_HOST_DEVICE inline float derivative(Swish, float x) {
  const float s = activate(Sigmoid{}, x);
  return s * (1.0f + x * (1.0f - s));
}

GRAFT_HOST_DEVICE inline float activate(Tanh, float x) { return std::tanh(x); }
GRAFT_HOST_DEVICE constexpr float derivative(Tanh, float y) { return 1.0f - y * y; }

/// y = f(x) over one row of channels; x and y may be the same. // (count)
template <ActivationFunction Function>
GRAFT_HOST_DEVICE void activate_row(Function f, const float* x, float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = activate(f, x[i]);
}

GRAFT_HOST_DEVICE inline void activate_row(Softmax, const float* x, float* y, std::size_t count) {
  float largest = x[0], sum = 0.0f;
  for (std::size_t i = 1; i < count; ++i) largest = x[i] > largest ? x[i] : largest;
  for (std::size_t i = 0; i < count; ++i) sum += y[i] = std::exp(x[i] - largest);
  for (std::size_t i = 0; i < count; ++i) y[i] /= sum;
}

/// dy becomes dy * f'(x) over one row, from what the derivative is written in terms of. // (count)
template <ActivationFunction Function>
GRAFT_HOST_DEVICE void derive_row(Function f, const float* value, float* dy, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) dy[i] *= derivative(f, value[i]);
}

GRAFT_HOST_DEVICE inline void derive_row(Softmax, const float* y, float* dy, std::size_t count) {
  float dot = 0.0f;
  for (std::size_t i = 0; i < count; ++i) dot += dy[i] * y[i];
  for (std::size_t i = 0; i < count; ++i) dy[i] = y[i] * (dy[i] - dot);
}

}  // namespace graft
