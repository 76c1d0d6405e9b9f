// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/training.hpp>

#include <algorithm>
#include <xsimd/xsimd.hpp>

// g++ 12 takes the deliberately undefined operands in its own AVX-512 headers for uninitialised variables.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

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
  [[gnu::noinline]] static void update_run(HostContext& context, const Rule& rule, std::size_t count,
                                           float* w, const float* g, OptimizerSlots slots) {
    using Vector = xsimd::batch<float>;
    const std::size_t whole = count / Vector::size * Vector::size;
    for (std::size_t i = 0; i < whole; i += Vector::size) {
      Vector slot[Rule::slots + 1], value = Vector::load_unaligned(w + i);
      for (std::size_t k = 0; k < Rule::slots; ++k) slot[k] = Vector::load_unaligned(slots[k] + i);
      rule(value, Vector::load_unaligned(g + i), slot);
      value.store_unaligned(w + i);
      for (std::size_t k = 0; k < Rule::slots; ++k) slot[k].store_unaligned(slots[k] + i);
    }
    ReferenceTraining::update(context, rule, count - whole, w + whole, g + whole, advance(slots, whole));
  }
};

}  // namespace graft::detail

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
