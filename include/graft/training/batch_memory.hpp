// SPDX-License-Identifier: MIT
#pragma once

#include <graft/training/feature_source.hpp>

namespace graft::detail {

/// Batches of a feature set on their way to a backend: gathered there, where the set is kept there; else on
/// the host, then staged.
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
  void gather(typename B::Context& context, const FeatureSource<B>& source,
              std::span<const std::size_t> samples) {
    const FeatureSet& set = source.set();
    float* target = targets_.data();
    for (const std::size_t sample : samples)
      for (std::size_t u = 0; u < units; ++u)
        *target++ = (units == 1 ? set.label(sample) == 1 : set.label(sample) == u) ? 1.0f : 0.0f;
    size = samples.size();
    x = gather_features(context, source, samples);
    t = B::stage(context, {targets_.data(), samples.size() * units}, staged_targets_);
  }

  std::size_t size = 0;
  const float* x = nullptr;  // backend memory: (batch, feature shape)
  const float* t = nullptr;  // backend memory: (batch, units)

 private:
  const float* gather_features(typename B::Context& context, const FeatureSource<B>& source,
                               std::span<const std::size_t> samples) {
    if constexpr (!B::reads_host_memory)
      if (source.rows() != nullptr) {
        B::gather_rows(context, samples, feature_size, source.rows(), staged_features_.data());
        return staged_features_.data();
      }
    float* row = features_.data();
    for (const std::size_t sample : samples)
      row = std::copy_n(source.set().features(sample).data(), feature_size, row);
    return B::stage(context, {features_.data(), samples.size() * feature_size}, staged_features_);
  }

  std::vector<float> features_, targets_;
  typename B::Buffer staged_features_, staged_targets_;
};

}  // namespace graft::detail
