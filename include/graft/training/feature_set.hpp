// SPDX-License-Identifier: MIT
#pragma once

#include <graft/data/feature_storage.hpp>

#include <string>
#include <vector>

namespace graft {

/// A data set as the head sees it: what the frozen base made of each sample, computed once, with its label. A
/// sample that could not be decoded, where the data set allows that, is not in it.
class FeatureSet {
 public:
  FeatureSet(std::size_t samples, std::size_t feature_size, std::vector<std::string> class_names,
             const FeatureStorageOptions& options = {})
      : storage_{samples, feature_size, options}, class_names_{std::move(class_names)} {}

  std::size_t size() const { return labels_.size(); }
  const std::vector<std::string>& class_names() const { return class_names_; }
  std::size_t label(std::size_t index) const { return labels_.at(index); }
  /// Index of the sample in the data set that the features come from.
  std::size_t origin(std::size_t index) const { return origins_.at(index); }
  std::span<const float> features(std::size_t index) const { return storage_.row(index); }
  std::size_t feature_size() const { return storage_.row_size(); }
  bool on_disk() const { return storage_.on_disk(); }
  /// Samples that were left out, because they could not be decoded.
  std::size_t left_out() const { return storage_.rows() - size(); }

  /// Appends samples: their features are to be written into the result. // (count, feature size)
  std::span<float> append(std::span<const std::size_t> origins, std::span<const std::size_t> labels) {
    const std::size_t first = size();
    origins_.insert(origins_.end(), origins.begin(), origins.end());
    labels_.insert(labels_.end(), labels.begin(), labels.end());
    return {storage_.row(first).data(), origins.size() * feature_size()};
  }

 private:
  FeatureStorage storage_;
  std::vector<std::string> class_names_;
  std::vector<std::size_t> labels_, origins_;
};

}  // namespace graft
