// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

namespace graft::test {

/// Largest |a - b| in units of the largest |b|; infinity for another number of values and for NaN.
inline double difference(std::span<const float> a, std::span<const float> b) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return infinity;
  double largest = 0.0, distance = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) || std::isnan(b[i])) return infinity;
    largest = std::max(largest, std::fabs(double{b[i]}));
    distance = std::max(distance, std::fabs(double{a[i]} - double{b[i]}));
  }
  return largest > 0.0 ? distance / largest : distance;
}

/// Whether two runs of values have the same bits, signs of zeros and NaNs included.
inline bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

/// Numbers in [-1, 1) that depend on `subject` only.
inline std::vector<float> random_values(std::size_t count, std::uint32_t subject) {
  const Philox random{20260101, 0, subject};
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = 2.0f * random.uniform(i) - 1.0f;
  return values;
}

/// What memory holds before a kernel must write it: a value that nothing forgets.
inline std::vector<float> poison(std::size_t count) {
  return std::vector<float>(count, std::numeric_limits<float>::quiet_NaN());
}

}  // namespace graft::test
