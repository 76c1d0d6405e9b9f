// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/backend.hpp>
#include <graft/training/feature_set.hpp>

namespace graft::detail {

/// Batches of a feature set on their way to a backend: gathered on the host, then staged.
template <class Model>
class BatchMemory {
 public:
  using B = typename Model::backend;
  static constexpr std::size_t feature_size = Model::feature_shape.size(), units = Model::output_shape.size();

  explicit BatchMemory(std::size_t capacity)
      : features_(capacity * feature_size),
        targets_(capacity * units),
        staged_features_{B::staging_size(features_.size())},
        staged_targets_{B::staging_size(targets_.size())} {}

  /// Takes those samples in; a head with one unit has targets 0 and 1, another one-hot targets.
  void gather(typename B::Context& context, const FeatureSet& set, std::span<const std::size_t> samples) {
    float *row = features_.data(), *target = targets_.data();
    for (const std::size_t sample : samples) {
      row = std::copy_n(set.features(sample).data(), feature_size, row);
      for (std::size_t u = 0; u < units; ++u)
        *target++ = (units == 1 ? set.label(sample) == 1 : set.label(sample) == u) ? 1.0f : 0.0f;
    }
    size = samples.size();
    x = B::stage(context, {features_.data(), samples.size() * feature_size}, staged_features_);
    t = B::stage(context, {targets_.data(), samples.size() * units}, staged_targets_);
  }

  std::size_t size = 0;
  const float* x = nullptr;  // backend memory: (batch, feature shape)
  const float* t = nullptr;  // backend memory: (batch, units)

 private:
  std::vector<float> features_, targets_;
  typename B::Buffer staged_features_, staged_targets_;
};

}  // namespace graft::detail
