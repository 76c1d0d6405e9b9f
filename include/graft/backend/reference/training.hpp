// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/host_context.hpp>
#include <graft/backend/training_step.hpp>

namespace graft::detail {

/// Loss and parameter update in plain loops; the rules themselves are types of losses/ and optimizers/.
struct ReferenceTraining {
  /// For each row: loss and accuracy from what the last layer computes before its activation, and, unless
  /// dz is null, dz = gradient of the mean loss over the batch. z, target, dz (batch, units); of_rows
  /// (2, batch): losses, accuracies
  template <class Loss, std::size_t Units>
  static void loss(HostContext&, const Loss& rule, std::size_t batch, const float* z, const float* target,
                   float* dz, float* of_rows) {
    for (std::size_t row = 0; row < batch; ++row) {
      const float *zr = z + row * Units, *tr = target + row * Units;
      of_rows[row] = rule.value(zr, tr, Units);
      of_rows[batch + row] = rule.accuracy(zr, tr, Units);
      if (dz != nullptr) rule.gradient(zr, tr, Units, 1.0f / static_cast<float>(batch), dz + row * Units);
    }
  }

  /// One step of an optimizer for a run of parameters: rule(w, g, slots) for each. w, g, slots (count)
  template <class Rule>
  static void update(HostContext&, const Rule& rule, std::size_t count, float* w, const float* g,
                     OptimizerSlots slots) {
    for (std::size_t i = 0; i < count; ++i) {
      float slot[Rule::slots + 1]{};  // one more than needed, as no array is empty
      for (std::size_t k = 0; k < Rule::slots; ++k)
        if (slots[k] != nullptr) slot[k] = slots[k][i];
      rule(w[i], g[i], slot);
      for (std::size_t k = 0; k < Rule::slots; ++k)
        if (slots[k] != nullptr) slots[k][i] = slot[k];
    }
  }
};

}  // namespace graft::detail
