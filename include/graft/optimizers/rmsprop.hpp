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

template <bool EpsilonUnderRoot, bool HasMomentum, bool Centered>
struct RMSpropRule {
  static constexpr std::size_t slots = 1 + (HasMomentum ? 1 : 0) + (Centered ? 1 : 0);
  static constexpr bool keeps_weight_at_zero_gradient = !HasMomentum && !Centered;
  static constexpr std::size_t momentum_slot = 1, mean_slot = HasMomentum ? 2 : 1;
  float learning_rate, rho, momentum, epsilon;

  template <class V>
  [[gnu::always_inline]] GRAFT_HOST_DEVICE void operator()(V& w, V g, V* slot) const {
    using std::sqrt;
    slot[0] = V(rho) * slot[0] + V(1.0f - rho) * (g * g);
    V mean_square = slot[0];
    if constexpr (Centered) {
      slot[mean_slot] = V(rho) * slot[mean_slot] + V(1.0f - rho) * g;
      mean_square = mean_square - slot[mean_slot] * slot[mean_slot];
    }
    V increment = V(learning_rate) * g;
    if constexpr (EpsilonUnderRoot)
      increment = increment / sqrt(mean_square + V(epsilon));
    else
      increment = increment / (sqrt(mean_square) + V(epsilon));
    if constexpr (HasMomentum) {
      slot[momentum_slot] = V(momentum) * slot[momentum_slot] + increment;
      w = w - slot[momentum_slot];
    } else {
      w = w - increment;
    }
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
    const auto call = [&]<bool Root, bool Momentum, bool Centered>() {
      f(detail::RMSpropRule<Root, Momentum, Centered>{learning_rate, rho, momentum, epsilon});
    };
    if (momentum > 0.0f)
      centered ? call.template operator()<true, true, true>() : call.template operator()<true, true, false>();
    else if (form == RMSpropForm::keras3)
      centered ? call.template operator()<true, false, true>()
               : call.template operator()<true, false, false>();
    else
      centered ? call.template operator()<false, false, true>()
               : call.template operator()<false, false, false>();
  }
};

}  // namespace graft
