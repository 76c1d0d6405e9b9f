// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/training.hpp>

namespace graft::detail {

/// The optimizer's step, spread over threads in pieces of a fixed size.
struct BlasUpdate {
  static constexpr std::size_t block = std::size_t{1} << 16;

  template <class Rule>
  static void update(HostContext& context, const Rule& rule, std::size_t count, float* w, const float* g,
                     OptimizerSlots slots) {
    context.team().run((count + block - 1) / block, [&](std::size_t task, std::size_t) {
      const std::size_t begin = task * block, end = std::min(count, begin + block);
      for (std::size_t i = begin; i < end; ++i) rule(i, w, g, slots);
    });
  }
};

}  // namespace graft::detail
