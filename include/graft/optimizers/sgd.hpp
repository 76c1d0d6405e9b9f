// SPDX-License-Identifier: MIT
#pragma once

#include <graft/optimizers/optimizer.hpp>

namespace graft {

namespace detail {

struct PlainSgdRule {
  static constexpr std::size_t slots = 0;
  static constexpr bool keeps_weight_at_zero_gradient() { return true; }
  float learning_rate;

  template <class V>
  [[gnu::always_inline]] GRAFT_HOST_DEVICE void operator()(V& w, V g, V* /*slot*/) const {
    w = w - V(learning_rate) * g;
  }
};

struct MomentumSgdRule {
  static constexpr std::size_t slots = 1;
  float learning_rate, momentum;
  bool nesterov;

  template <class V>
  [[gnu::always_inline]] GRAFT_HOST_DEVICE void operator()(V& w, V g, V* slot) const {
    const V step = V(learning_rate) * g;
    slot[0] = V(momentum) * slot[0] - step;
    if (nesterov)
      w = w + V(momentum) * slot[0] - step;
    else
      w = w + slot[0];
  }
};

}  // namespace detail

/// w -= learning_rate g; with momentum m = momentum m - learning_rate g, w += m; nesterov: w += momentum m -
/// learning_rate g, with the new m. Source: keras_spec D (Keras' SGD).
struct SGD {
  static constexpr std::string_view keras_class = "SGD";

  float learning_rate = 1e-2f;
  float momentum = 0.0f;
  bool nesterov = false;

  std::size_t slot_count() const { return momentum > 0.0f ? 1 : 0; }

  template <class F>
  void visit_rule(std::uint64_t /*step*/, F&& f) const {
    if (momentum <= 0.0f)
      f(detail::PlainSgdRule{learning_rate});
    else
      f(detail::MomentumSgdRule{learning_rate, momentum, nesterov});
  }
};

}  // namespace graft
