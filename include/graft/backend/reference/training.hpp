// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/host_context.hpp>

#include <array>
#include <cstdint>

namespace graft {

/// What a loss says of one batch: the sum over its samples, and how many predictions were right.
struct LossSums {
  double loss = 0.0;
  std::size_t correct = 0;
};

/// Most buffers that an optimizer keeps beside each parameter.
inline constexpr std::size_t max_optimizer_slots = 3;
using OptimizerSlots = std::array<float*, max_optimizer_slots>;

}  // namespace graft

namespace graft::detail {

/// Loss and parameter update in plain loops; the rules themselves are types of losses/ and optimizers/.
struct ReferenceTraining {
  /// For each row: loss and correctness from what the last layer computes before its activation, and, unless
  /// dz is null, dz = gradient of the mean loss over the batch. z, target, dz (batch, units)
  template <class Loss, std::size_t Units>
  static LossSums loss(HostContext&, const Loss& rule, std::size_t batch, const float* z, const float* target,
                       float* dz) {
    LossSums sums;
    for (std::size_t row = 0; row < batch; ++row) {
      const float *zr = z + row * Units, *tr = target + row * Units;
      sums.loss += rule.value(zr, tr, Units);
      sums.correct += rule.correct(zr, tr, Units) ? 1 : 0;
      if (dz != nullptr) rule.gradient(zr, tr, Units, 1.0f / static_cast<float>(batch), dz + row * Units);
    }
    return sums;
  }

  /// One step of an optimizer for a run of parameters: rule(w, g, slot...) for each.
  template <class Rule>
  static void update(HostContext&, const Rule& rule, std::size_t count, float* w, const float* g,
                     OptimizerSlots slots) {
    for (std::size_t i = 0; i < count; ++i) rule(i, w, g, slots);
  }
};

}  // namespace graft::detail
