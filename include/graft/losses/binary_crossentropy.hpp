// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>

#include <cmath>
#include <cstddef>

namespace graft {

/// -(t log p + (1 - t) log(1 - p)), the mean over the units, for heads that end in Sigmoid. As Keras' `fit`
/// does, it works on the logits z that the sigmoid p = sigmoid(z) is applied to: max(z, 0) - z t + log(1 +
/// exp(-|z|)), which no p close to 0 or 1 can upset. Accuracy counts p > 0.5. Source: keras_spec C (Keras'
/// binary_crossentropy).
struct BinaryCrossentropy {
  using last_activation = Sigmoid;
  static constexpr std::string_view keras_name = "binary_crossentropy";

  float label_smoothing = 0.0f;  ///< targets become t (1 - s) + s / 2

  /// Loss of one sample. // z, t (units)
  GRAFT_HOST_DEVICE float value(const float* z, const float* t, std::size_t units) const {
    float sum = 0.0f;
    for (std::size_t u = 0; u < units; ++u)
      sum += (z[u] > 0.0f ? z[u] : 0.0f) - z[u] * smooth(t[u]) + std::log1p(std::exp(-std::fabs(z[u])));
    return sum / static_cast<float>(units);
  }

  /// dz = weight * d value / dz = weight * (sigmoid(z) - t) / units
  GRAFT_HOST_DEVICE void gradient(const float* z, const float* t, std::size_t units, float weight,
                                  float* dz) const {
    for (std::size_t u = 0; u < units; ++u)
      dz[u] = (activate(Sigmoid{}, z[u]) - smooth(t[u])) * weight / static_cast<float>(units);
  }

  /// The fraction of the units on the right side of one half.
  GRAFT_HOST_DEVICE static float accuracy(const float* z, const float* t, std::size_t units) {
    float right = 0.0f;
    for (std::size_t u = 0; u < units; ++u)
      right += (activate(Sigmoid{}, z[u]) > 0.5f) == (t[u] > 0.5f) ? 1.0f : 0.0f;
    return right / static_cast<float>(units);
  }

 private:
  GRAFT_HOST_DEVICE float smooth(float t) const {
    return t * (1.0f - label_smoothing) + 0.5f * label_smoothing;
  }
};

}  // namespace graft
