// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

namespace graft {

/// What a loss says of one batch: sums over its samples.
struct LossSums {
  double loss = 0.0;
  double accuracy = 0.0;  ///< of 1 for each prediction that was right
};

/// Most buffers that an optimizer keeps beside each parameter. Those that its rule does not use are null.
inline constexpr std::size_t max_optimizer_slots = 3;
using OptimizerSlots = std::array<float*, max_optimizer_slots>;

/// The slots of the parameters from `offset` on.
constexpr OptimizerSlots advance(OptimizerSlots slots, std::size_t offset) {
  for (float*& slot : slots)
    if (slot != nullptr) slot += offset;
  return slots;
}

/// The batch that a fully connected layer computes after a step of the optimizer: where `y` is not null, the
/// step ends with y = act(x kernel + bias), for which each weight is at hand as soon as it has moved.
struct DenseAhead {
  std::size_t batch = 0;
  const float* x = nullptr;  ///< (batch, inputs)
  float* y = nullptr;        ///< (batch, units)
};

}  // namespace graft
