// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>

#include <cmath>
#include <cstddef>

namespace graft {

/// -sum over the classes of t log p, for heads that end in Softmax; targets are one-hot, or any distribution.
/// As Keras' `fit` does, it works on the logits z of p = softmax(z). Accuracy compares the largest p with the
/// largest t, the first of equals. Source: keras_spec C (Keras' categorical_crossentropy).
struct CategoricalCrossentropy {
  using last_activation = Softmax;
  static constexpr std::string_view keras_name = "categorical_crossentropy";

  float label_smoothing = 0.0f;  ///< targets become t (1 - s) + s / classes

  /// Loss of one sample. // z, t (classes)
  GRAFT_HOST_DEVICE float value(const float* z, const float* t, std::size_t classes) const {
    const float top = z[largest(z, classes)], log_sum = std::log(sum_exp(z, classes, top));
    float sum = 0.0f;
    for (std::size_t c = 0; c < classes; ++c) sum += smooth(t[c], classes) * (log_sum - (z[c] - top));
    return sum;
  }

  /// dz = weight * (softmax(z) * sum(t) - t)
  GRAFT_HOST_DEVICE void gradient(const float* z, const float* t, std::size_t classes, float weight,
                                  float* dz) const {
    const float top = z[largest(z, classes)], sum = sum_exp(z, classes, top);
    float total = 0.0f;
    for (std::size_t c = 0; c < classes; ++c) total += smooth(t[c], classes);
    for (std::size_t c = 0; c < classes; ++c)
      dz[c] = weight * (std::exp(z[c] - top) / sum * total - smooth(t[c], classes));
  }

  /// 1 if the largest probability is the target's.
  GRAFT_HOST_DEVICE static float accuracy(const float* z, const float* t, std::size_t classes) {
    return largest(z, classes) == largest(t, classes) ? 1.0f : 0.0f;
  }

 private:
  GRAFT_HOST_DEVICE static std::size_t largest(const float* x, std::size_t count) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < count; ++i)
      if (x[i] > x[best]) best = i;
    return best;
  }
  // Relative to the largest: nothing overflows, and large logits lose no digits.
  GRAFT_HOST_DEVICE static float sum_exp(const float* z, std::size_t count, float top) {
    float sum = 0.0f;
    for (std::size_t i = 0; i < count; ++i) sum += std::exp(z[i] - top);
    return sum;
  }
  GRAFT_HOST_DEVICE float smooth(float t, std::size_t classes) const {
    return t * (1.0f - label_smoothing) + label_smoothing / static_cast<float>(classes);
  }
};

}  // namespace graft
