// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/training.hpp>
#include <graft/backend/simd/floats.hpp>

#include <algorithm>

namespace graft::detail {

/// The optimizer's step in vector registers, spread over threads in pieces of a fixed size.
struct BlasUpdate {
  static constexpr std::size_t block = std::size_t{1} << 14;

  template <class Rule>
  static void update(HostContext& context, const Rule& rule, std::size_t count, float* w, const float* g,
                     OptimizerSlots slots) {
    context.team().run((count + block - 1) / block, [&](std::size_t task, std::size_t) {
      const std::size_t begin = task * block, size = std::min(count - begin, block);
      update_run(context, rule, size, w + begin, g + begin, advance(slots, begin));
    });
  }

  /// The same on the calling thread.
  template <class Rule>
  static void update_run(HostContext& context, const Rule& rule, std::size_t count, float* w, const float* g,
                         OptimizerSlots slots) {
    using simd::Floats;
    const std::size_t whole = count / Floats::size * Floats::size;
    for (std::size_t i = 0; i < whole; i += Floats::size) {
      Floats slot[Rule::slots + 1]{}, value, gradient;
      simd::load(value.value, w + i);
      simd::load(gradient.value, g + i);
      for (std::size_t k = 0; k < Rule::slots; ++k)
        if (slots[k] != nullptr) simd::load(slot[k].value, slots[k] + i);
      rule(value, gradient, slot);
      simd::store(w + i, value.value);
      for (std::size_t k = 0; k < Rule::slots; ++k)
        if (slots[k] != nullptr) simd::store(slots[k] + i, slot[k].value);
    }
    ReferenceTraining::update(context, rule, count - whole, w + whole, g + whole, advance(slots, whole));
  }
};

}  // namespace graft::detail
