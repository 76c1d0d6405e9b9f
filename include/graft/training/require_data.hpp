// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>

#include <cstddef>
#include <string>

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

template <class Data>
void require_samples_at_all(const Data& data, std::string_view what) {
  if (data.size() == 0) throw DataError{what, "at least one usable sample", "none"};
}

inline void require_batch_size(std::size_t batch_size) {
  if (batch_size == 0) throw ShapeError{"batch size", "at least 1", "0"};
}

}  // namespace graft::detail
