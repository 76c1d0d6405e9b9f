// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/backend.hpp>
#include <graft/training/feature_set.hpp>

#include <optional>

namespace graft::detail {

/// A feature set as batches are gathered from it: where it is, on the host, or kept in memory of the backend.
template <Backend B>
class FeatureSource {
 public:
  FeatureSource(const FeatureSet& set) : set_{&set} {}

  /// For a set that is read more than once: copies it to a backend that does not read the host's memory, if
  /// there is room for it.
  static FeatureSource kept(typename B::Context& context, const FeatureSet& set) {
    FeatureSource source{set};
    if constexpr (!B::reads_host_memory) {
      const std::size_t floats = set.size() * set.feature_size();
      if (floats > 0 && floats <= B::room(context)) {
        source.rows_.emplace(floats);
        B::upload(context, {set.features(0).data(), floats}, source.rows_->data());
      }
    }
    return source;
  }

  const FeatureSet& set() const { return *set_; }
  /// All features in memory of the backend, or null. // (samples, feature size)
  const float* rows() const { return rows_ ? rows_->data() : nullptr; }

 private:
  const FeatureSet* set_;
  std::optional<typename B::Buffer> rows_;
};

}  // namespace graft::detail
