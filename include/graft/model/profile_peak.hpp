// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/aligned_buffer.hpp>
#include <graft/backend/simd/vector.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace graft::detail {

/// Seconds that a call takes.
template <class Call>
double seconds_of(const Call& call) {
  const auto start = std::chrono::steady_clock::now();
  call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Shows a result to the outside world, so that no compiler leaves out what led to it.
inline void keep(const simd::Vector& vector) {
  const volatile float seen = vector[0];
  static_cast<void>(seen);
}

/// Floating-point operations a second of one core, two for a multiply-add, on the vectors that the compiler
/// targets: independent chains, enough of them to hide the latency. The best of so many runs of about 30
/// microseconds.
inline double measure_peak(std::size_t runs = 100) {
  constexpr std::size_t chains = 12, turns = 10'000;
  volatile float start = 0.5f, factor = 0.9f;  // what the compiler does not know it cannot compute beforehand
  simd::Vector sums[chains]{}, by = simd::Vector{} + factor, plus = simd::Vector{} + start;
  for (simd::Vector& sum : sums) sum += start;  // read each time: equal chains would be one
  double best = 1e9;
  for (std::size_t run = 0; run < runs; ++run)
    best = std::min(best, seconds_of([&] {
                      [&]<std::size_t... I>(std::index_sequence<I...>) {
                        simd::Vector chain[chains] = {sums[I]...};
                        for (std::size_t turn = 0; turn < turns; ++turn)
                          ((chain[I] = chain[I] * by + plus), ...);
                        ((sums[I] = chain[I]), ...);
                      }
                      (std::make_index_sequence<chains>{});
                    }));
  for (const simd::Vector& sum : sums) keep(sum);
  return 2.0 * simd::lanes * chains * turns / best;
}

/// Reads floats as fast as one core can, in four streams, which prefetchers like better than one. The count
/// is a multiple of four vectors.
inline void read_all(const float* from, std::size_t count) {
  constexpr std::size_t streams = 4;
  simd::Vector sums[streams]{}, value;
  for (std::size_t i = 0; i < count / streams; i += simd::lanes)
    for (std::size_t s = 0; s < streams; ++s) {
      simd::load(value, from + s * (count / streams) + i);
      sums[s] += value;
    }
  for (const simd::Vector& sum : sums) keep(sum);
}

/// Bytes a second that a context's threads read together from memory that no cache holds.
template <class B>
double measure_bandwidth(typename B::Context& context) {
  const std::size_t slots = B::slots(context);
  const std::size_t piece = (std::size_t{1} << 26) / slots / 64 * 64;  // floats; 256 MiB of them all
  const AlignedBuffer memory{slots * piece};
  double best = 1e9;
  for (int run = 0; run < 3; ++run)
    best = std::min(best, seconds_of([&] {
                      B::split_batch(context, slots, [&](std::size_t first, std::size_t count, std::size_t) {
                        read_all(memory.data() + first * piece, count * piece);
                      });
                    }));
  return static_cast<double>(slots * piece * sizeof(float)) / best;
}

/// measure_peak() on all of a context's threads at once; the sum.
template <class B>
double measure_team_peak(typename B::Context& context) {
  std::vector<double> peaks(B::slots(context));
  B::split_batch(context, peaks.size(),
                 [&](std::size_t first, std::size_t, std::size_t) { peaks[first] = measure_peak(); });
  double sum = 0;
  for (const double peak : peaks) sum += peak;
  return sum;
}

}  // namespace graft::detail
