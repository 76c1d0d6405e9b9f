// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/tensor/tensor.hpp>

#include <string>
#include <vector>

namespace graft {

/// Labelled samples in memory, as the network takes them: an alternative to ImageFolder.
template <std::size_t Rank>
class TensorData {
 public:
  /// samples (n, input shape...), a label for each. Throws DataError if the numbers differ or a label names
  /// no class.
  TensorData(Tensor<Rank> samples, std::vector<std::size_t> labels, std::vector<std::string> class_names)
      : samples_{std::move(samples)}, labels_{std::move(labels)}, class_names_{std::move(class_names)} {
    if (samples_.shape(0) != labels_.size())
      throw DataError{"labels", std::to_string(samples_.shape(0)) + ", one for each sample",
                      std::to_string(labels_.size())};
    for (const std::size_t label : labels_)
      if (label >= class_names_.size())
        throw DataError{"labels", "numbers below " + std::to_string(class_names_.size()),
                        std::to_string(label)};
  }

  std::size_t size() const { return labels_.size(); }
  const std::vector<std::string>& class_names() const { return class_names_; }
  std::size_t label(std::size_t index) const { return labels_.at(index); }
  const Tensor<Rank>& samples() const { return samples_; }

 private:
  Tensor<Rank> samples_;
  std::vector<std::size_t> labels_;
  std::vector<std::string> class_names_;
};

}  // namespace graft
