// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/shape.hpp>
#include <graft/training/feature_set.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace graft::detail {

/// Throws DataError unless the head has as many outputs as the data set has classes.
template <std::size_t Units, class Data>
void require_classes(const Data& data) {
  const std::size_t classes = data.class_names().size(), expected = Units == 1 ? 2 : Units;
  if (classes == expected) return;
  std::string names;
  for (const std::string& name : data.class_names()) names += (names.empty() ? "" : ", ") + name;
  std::string subject = "data set";
  if constexpr (requires { data.root().string(); }) subject = data.root().string();
  throw DataError{subject,
                  std::to_string(expected) + " classes, for a head with " + std::to_string(Units) +
                      (Units == 1 ? " unit" : " units"),
                  std::to_string(classes) + " (" + names + ")"};
}

/// Throws ShapeError unless the features are as large as what the model's head receives.
template <class Model>
void require_feature_size(const FeatureSet& set, std::string_view what) {
  if (set.feature_size() != Model::feature_shape.size())
    throw ShapeError{what, "features of " + to_string(Model::feature_shape),
                     std::to_string(set.feature_size()) + " values a sample"};
}

/// What training and measuring a head ask of features: its classes, its input's size, at least one sample.
template <class Model>
void require_features(const FeatureSet& set, std::string_view what) {
  require_classes<Model::output_shape.size()>(set);
  require_feature_size<Model>(set, what);
  if (set.size() == 0) throw DataError{what, "at least one usable sample", "none"};
}

inline void require_batch_size(std::size_t batch_size) {
  if (batch_size == 0) throw ShapeError{"batch size", "at least 1", "0"};
}

}  // namespace graft::detail
