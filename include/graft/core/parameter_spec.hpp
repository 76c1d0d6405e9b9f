// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>

#include <cstddef>
#include <string_view>

namespace graft {

/// How a parameter starts before training (Keras' names and formulas).
enum class Initializer {
  zeros,
  ones,
  glorot_uniform,  ///< uniform in +-sqrt(6 / (fan_in + fan_out))
};

/// One parameter of a layer: what Keras calls it, its shape, and whether training moves it.
struct ParameterSpec {
  std::string_view name;  ///< kernel, bias, gamma, beta, moving_mean, moving_variance, …
  Shape shape;
  Initializer initializer = Initializer::zeros;
  bool trainable = true;
};

}  // namespace graft
