// SPDX-License-Identifier: MIT
#pragma once

#include <graft/optimizers/optimizer.hpp>

#include <cmath>

namespace graft {

namespace detail {

struct AdamRule {
  static constexpr std::size_t slots = 2;
  float rate;  ///< learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t)
  float beta_1, beta_2, epsilon;

  template <class V>
  [[gnu::always_inline]] GRAFT_HOST_DEVICE void operator()(V& w, V g, V* slot) const {
    using std::sqrt;
    slot[0] = slot[0] + (g - slot[0]) * V(1.0f - beta_1);
    slot[1] = slot[1] + (g * g - slot[1]) * V(1.0f - beta_2);
    w = w - V(rate) * slot[0] / (sqrt(slot[1]) + V(epsilon));
  }
};

}  // namespace detail

/// m += (g - m)(1 - beta_1); v += (g^2 - v)(1 - beta_2);
/// w -= learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon). Source: keras_spec D
/// (Keras' Adam).
struct Adam {
  static constexpr std::string_view keras_class = "Adam";

  float learning_rate = 1e-3f;
  float beta_1 = 0.9f;
  float beta_2 = 0.999f;
  float epsilon = 1e-7f;

  static std::size_t slot_count() { return 2; }

  template <class F>
  void visit_rule(std::uint64_t step, F&& f) const {
    const double t = static_cast<double>(step);
    const double rate = double{learning_rate} * std::sqrt(1.0 - std::pow(double{beta_2}, t)) /
                        (1.0 - std::pow(double{beta_1}, t));
    f(detail::AdamRule{static_cast<float>(rate), beta_1, beta_2, epsilon});
  }
};

}  // namespace graft
