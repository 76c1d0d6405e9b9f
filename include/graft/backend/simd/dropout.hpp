// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/host_context.hpp>
#include <graft/backend/reference/dropout.hpp>

#include <algorithm>

namespace graft::detail {

/// Dropout of values that lie one behind the other, with the generator's numbers in vectors: the same mask as
/// Reference's, which computes the others.
struct SimdDropout {
  template <ElementwiseSpec S, DropoutRule Rule>
  static void dropout(HostContext& context, std::size_t batch, Philox key, const float* x, float* y) {
    if constexpr (suits<S, Rule>)
      mask<Rule>(context, batch * S.input.size(), key,
                 [&](std::size_t i, float factor) { y[i] = x[i] * factor; });
    else
      ReferenceDropout::dropout<S, Rule>(context, batch, key, x, y);
  }

  template <ElementwiseSpec S, DropoutRule Rule>
  static void dropout_backward(HostContext& context, std::size_t batch, Philox key, const float* dy,
                               float* dx) {
    if constexpr (suits<S, Rule>)
      mask<Rule>(context, batch * S.input.size(), key,
                 [&](std::size_t i, float factor) { dx[i] += dy[i] * factor; });
    else
      ReferenceDropout::dropout_backward<S, Rule>(context, batch, key, dy, dx);
  }

 private:
  template <ElementwiseSpec S, DropoutRule Rule>
  static constexpr bool suits = S.input.contiguous() && S.output.contiguous() && !Rule.whole_samples;

  // f(index, factor) for each value; any thread can draw the numbers of any.
  template <DropoutRule Rule, class Function>
  static void mask(HostContext& context, std::size_t count, Philox key, const Function& f) {
    constexpr std::size_t task_size = 4096, blocks = 16;
    context.team().run((count + task_size - 1) / task_size, [&](std::size_t task, std::size_t) {
      const std::size_t end = std::min(count, (task + 1) * task_size);
      for (std::size_t i = task * task_size; i < end; i += 4 * blocks) {
        std::uint32_t draws[4 * blocks];
        key.blocks<blocks>(i / 4, draws);
        if (i + 4 * blocks <= end)
          for (std::size_t k = 0; k < 4 * blocks; ++k) f(i + k, Rule.factor(Philox::to_uniform(draws[k])));
        else
          for (std::size_t k = 0; i + k < end; ++k) f(i + k, Rule.factor(Philox::to_uniform(draws[k])));
      }
    });
  }
};

}  // namespace graft::detail
