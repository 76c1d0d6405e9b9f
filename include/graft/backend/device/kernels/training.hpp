// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/map.hpp>
#include <graft/backend/training_step.hpp>
#include <graft/core/host_device.hpp>

namespace graft::device {

/// One step of an optimizer: item i is parameter i. w, g, slots that are not null (count)
template <class Rule>
struct Update {
  Rule rule;
  float* w;
  const float* g;
  float* slots[max_optimizer_slots];

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    float slot[Rule::slots + 1]{};  // one more than needed, as no array is empty
    for (std::size_t k = 0; k != Rule::slots; ++k)
      if (slots[k] != nullptr) slot[k] = slots[k][i];
    rule(w[i], g[i], slot);
    for (std::size_t k = 0; k != Rule::slots; ++k)
      if (slots[k] != nullptr) slots[k][i] = slot[k];
  }
};

/// Rows of a table, in any order and number. rows (count), table (all rows, row_size), gathered (count,
/// row_size)
struct GatherRows {
  const Index* rows;
  Index row_size;
  const float* table;
  float* gathered;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    gathered[i] = table[std::size_t{rows[i / row_size]} * row_size + i % row_size];
  }
};

/// Loss, accuracy and, unless dz is null, the gradient of one sample: item i is row i.
/// z, target, dz (batch, units); of_rows (2, batch): losses, accuracies
template <class Loss>
struct LossOfRow {
  Loss rule;
  Index batch, units;
  const float *z, *target;
  float *dz, *of_rows;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const std::size_t at = std::size_t{i} * units;
    of_rows[i] = rule.value(z + at, target + at, units);
    of_rows[batch + i] = rule.accuracy(z + at, target + at, units);
    if (dz != nullptr) rule.gradient(z + at, target + at, units, 1.0f / static_cast<float>(batch), dz + at);
  }
};

}  // namespace graft::device
