// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/backend.hpp>

#include <vector>

namespace graft::detail {

/// What a loss writes of each sample of a batch, and its sums: in double, in the order of the samples.
template <Backend B>
class LossesOfRows {
 public:
  explicit LossesOfRows(std::size_t capacity) : memory_{2 * capacity}, values_(2 * capacity) {}

  /// Backend memory: (2, batch), losses, then accuracies.
  float* data() { return memory_.data(); }

  LossSums sums(typename B::Context& context, std::size_t batch) {
    B::download(context, memory_.data(), std::span{values_}.first(2 * batch));
    LossSums sums;
    for (std::size_t row = 0; row < batch; ++row) {
      sums.loss += double{values_[row]};
      sums.accuracy += double{values_[batch + row]};
    }
    return sums;
  }

 private:
  typename B::Buffer memory_;
  std::vector<float> values_;
};

}  // namespace graft::detail
