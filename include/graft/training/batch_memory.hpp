// SPDX-License-Identifier: MIT
#pragma once

#include <graft/training/feature_source.hpp>

#include <optional>

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
        numbers_(B::reads_host_memory ? 0 : capacity),
        staged_features_{features_.size()},
        staged_targets_{targets_.size()},
        staged_numbers_{numbers_.size()},
        gathered_{numbers_.size() * feature_size} {}

  /// Takes those samples in; a head with one unit has targets 0 and 1, another one-hot targets. They are
  /// copied while the context does what it was asked for.
  void gather(typename B::Context& context, const FeatureSource<B>& source,
              std::span<const std::size_t> samples) {
    const FeatureSet& set = source.set();
    float* target = targets_.data();
    for (const std::size_t sample : samples)
      for (std::size_t u = 0; u < units; ++u)
        *target++ = (units == 1 ? set.label(sample) == 1 : set.label(sample) == u) ? 1.0f : 0.0f;
    size_ = samples.size();
    staged_targets_.begin(context, {targets_.data(), size_ * units});
    gather_features(context, source, samples);
  }

  /// The batch, for what is asked of the context while this lives.
  struct Use {
    std::optional<typename B::Staging::Use> features;
    typename B::Staging::Use targets;
    std::size_t size;
    const float* x;  ///< backend memory: (batch, feature shape)
    const float* t;  ///< backend memory: (batch, units)
  };
  Use use(typename B::Context& context) {
    Use batch{{}, staged_targets_.use(context), size_, gathered_.data(), nullptr};
    batch.t = batch.targets.data();
    if (!is_gathered_) batch.x = batch.features.emplace(staged_features_.use(context)).data();
    return batch;
  }

 private:
  void gather_features(typename B::Context& context, const FeatureSource<B>& source,
                       std::span<const std::size_t> samples) {
    is_gathered_ = source.rows() != nullptr;
    if constexpr (!B::reads_host_memory)
      if (is_gathered_) {
        const std::span<float> numbers{numbers_.data(), size_};
        B::row_numbers(samples, numbers);
        staged_numbers_.begin(context, numbers);
        const auto rows = staged_numbers_.use(context);
        return B::gather_rows(context, size_, rows.data(), feature_size, source.rows(), gathered_.data());
      }
    float* row = features_.data();
    for (const std::size_t sample : samples)
      row = std::copy_n(source.set().features(sample).data(), feature_size, row);
    staged_features_.begin(context, {features_.data(), size_ * feature_size});
  }

  std::size_t size_ = 0;
  bool is_gathered_ = false;  // on the backend, in the order asked for; else the features are staged
  std::vector<float> features_, targets_, numbers_;
  typename B::Staging staged_features_, staged_targets_, staged_numbers_;
  typename B::Buffer gathered_;
};

}  // namespace graft::detail
