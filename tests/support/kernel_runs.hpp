// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/spec.hpp>

#include "support/backends.hpp"
#include "support/values.hpp"
#include <array>

namespace graft::test {

/// How a kernel of one backend is compared with Reference's: on these batches, and with the same bits from
/// these numbers of threads.
inline constexpr std::array<std::size_t, 3> batches{1, 2, 7};
inline constexpr std::array<std::size_t, 4> thread_counts{1, 2, 3, 4};

/// Two correct float32 sums of `terms` products differ by rounding that grows with the root of their number;
/// 1e-6 is some ten roundings of 6e-8.
inline double sum_tolerance(std::size_t terms) { return 1e-6 * std::sqrt(static_cast<double>(terms)) + 1e-6; }

/// Floats of a buffer for a batch.
constexpr std::size_t buffer_size(const ImageLayout& layout, std::size_t batch) {
  return batch * layout.image_stride();
}

/// Whether the gaps between the pixels of `result` still hold what was there before, and its pixels do not.
inline bool only_pixels_written(const ImageLayout& layout, std::span<const float> result) {
  for (std::size_t i = 0; i < result.size(); ++i)
    if (std::isnan(result[i]) != (i % layout.pixel_stride >= layout.channels)) return false;
  return true;
}

/// The pixels of a buffer without the gaps.
inline std::vector<float> pixels_of(const ImageLayout& layout, std::span<const float> buffer) {
  std::vector<float> values;
  for (std::size_t i = 0; i < buffer.size(); ++i)
    if (i % layout.pixel_stride < layout.channels) values.push_back(buffer[i]);
  return values;
}

/// The result of run(context) with each number of threads, which must be the same bits.
template <class B, class Run>
std::vector<float> same_for_any_threads(Run&& run) {
  std::vector<float> first;
  for (const std::size_t threads : thread_counts) {
    typename B::Context context{Threads{threads}};
    std::vector<float> result = run(context);
    if (first.empty()) first = result;
    CAPTURE(threads);
    CHECK(same_bits(result, first));
  }
  return first;
}

}  // namespace graft::test
