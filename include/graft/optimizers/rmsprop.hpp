// SPDX-License-Identifier: MIT
#pragma once

#include <graft/optimizers/optimizer.hpp>

#include <cmath>

namespace graft {

/// Keras' two generations of RMSprop differ in where epsilon stands. Under the root, small gradients move a
/// weight far less, which shows in the curves.
enum class RMSpropForm {
  keras3,         ///< sqrt(v + epsilon): Keras 3, and tf.keras from TensorFlow 2.11 on
  keras2_legacy,  ///< sqrt(v) + epsilon: tf.keras up to 2.10 (with momentum, that too had it under the root)
};

namespace detail {

/// Keras 3's form, without momentum and not centered: what most use. An epsilon beside the root, too, would
/// cost a step of a large Dense 2 to 4 %.
struct PlainRMSpropRule {
  static constexpr std::size_t slots = 1;
  static constexpr bool keeps_weight_at_zero_gradient() { return true; }
  float learning_rate, rho, epsilon;

  template <class V>
  [[gnu::always_inline]] GRAFT_HOST_DEVICE void operator()(V& w, V g, V* slot) const {
    using std::sqrt;
    slot[0] = V(rho) * slot[0] + V(1.0f - rho) * (g * g);
    w = w - V(learning_rate) * g / sqrt(slot[0] + V(epsilon));
  }
};

/// All others: one rule, for each costs whoever trains a second of compiling.
struct RMSpropRule {
  static constexpr std::size_t slots = 3;
  static constexpr std::size_t momentum_slot = 1, mean_slot = 2;
  float learning_rate, rho, momentum;
  float under_root, beside_root;  // epsilon at its place, 0 at the other
  bool centered;

  bool keeps_weight_at_zero_gradient() const { return momentum <= 0.0f && !centered; }
  bool uses_slot(std::size_t k) const { return k == 0 || (k == mean_slot ? centered : momentum > 0.0f); }

  template <class V>
  [[gnu::always_inline]] GRAFT_HOST_DEVICE void operator()(V& w, V g, V* slot) const {
    using std::sqrt;
    slot[0] = V(rho) * slot[0] + V(1.0f - rho) * (g * g);
    V mean_square = slot[0];
    if (centered) {
      slot[mean_slot] = V(rho) * slot[mean_slot] + V(1.0f - rho) * g;
      mean_square = mean_square - slot[mean_slot] * slot[mean_slot];
    }
    V step = V(learning_rate) * g / (sqrt(mean_square + V(under_root)) + V(beside_root));
    if (momentum > 0.0f) {
      slot[momentum_slot] = V(momentum) * slot[momentum_slot] + step;
      step = slot[momentum_slot];
    }
    w = w - step;
  }
};

}  // namespace detail

/// v = rho v + (1 - rho) g^2; w -= learning_rate g / sqrt(v + epsilon), or with momentum m = momentum m +
/// that step, w -= m; centered subtracts the squared moving mean of g from v. Source: keras_spec D (Keras'
/// RMSprop).
struct RMSprop {
  static constexpr std::string_view keras_class = "RMSprop";

  float learning_rate = 1e-3f;
  float rho = 0.9f;
  float momentum = 0.0f;
  float epsilon = 1e-7f;
  bool centered = false;
  RMSpropForm form = RMSpropForm::keras3;

  std::size_t slot_count() const { return std::size_t{1} + (momentum > 0.0f ? 1 : 0) + (centered ? 1 : 0); }

  template <class F>
  void visit_rule(std::uint64_t /*step*/, F&& f) const {
    const bool beside = form == RMSpropForm::keras2_legacy && momentum <= 0.0f;
    if (momentum <= 0.0f && !centered && !beside)
      f(detail::PlainRMSpropRule{learning_rate, rho, epsilon});
    else
      f(detail::RMSpropRule{learning_rate, rho, momentum, beside ? 0.0f : epsilon, beside ? epsilon : 0.0f,
                            centered});
  }
};

}  // namespace graft
