// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device.hpp>
#include <graft/backend/device/kernels/training.hpp>

namespace graft::detail {

/// Loss and parameter update on a device; contracts as in ReferenceTraining.
template <class D>
struct DeviceTraining {
  template <class Loss, std::size_t Units, class Context>
  static void loss(Context& context, const Loss& rule, std::size_t batch, const float* z, const float* target,
                   float* dz, float* of_rows) {
    D::launch(
        context, batch,
        device::LossOfRow<Loss>{rule, device::index(batch), device::index(Units), z, target, dz, of_rows});
  }

  template <class Rule, class Context>
  static void update(Context& context, const Rule& rule, std::size_t count, float* w, const float* g,
                     OptimizerSlots slots) {
    D::launch(context, count, device::Update<Rule>{rule, w, g, {slots[0], slots[1], slots[2]}});
  }
};

}  // namespace graft::detail
