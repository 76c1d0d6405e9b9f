// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/tile.hpp>

#include <cstdint>

namespace graft::detail::simd {

/// Factors that are not zero, and where what each of them multiplies begins.
struct FactorRun {
  const float* value;
  const std::uint32_t* offset;
  std::size_t count;
};

/// Runs of factors, one behind the other, from which zeros are left out. What follows a Relu is mostly zero
/// (of Inception v3's features six in seven), so that few are left.
template <std::size_t MostRuns, std::size_t Most>
class Factors {
 public:
  void clear() { runs_ = count_ = 0; }
  /// Adds a factor to the run that is being written. No more than Most between two calls of clear, zeros too.
  void add(float factor, std::size_t offset) {
    value_[count_] = factor;
    offset_[count_] = static_cast<std::uint32_t>(offset);
    count_ += factor != 0.0f ? 1 : 0;  // the next overwrites a zero
  }
  void end_run() { end_[++runs_] = count_; }

  FactorRun operator[](std::size_t run) const {
    const std::size_t begin = run == 0 ? 0 : end_[run];
    return {value_ + begin, offset_ + begin, end_[run + 1] - begin};
  }

 private:
  std::size_t runs_ = 0, count_ = 0;
  std::size_t end_[MostRuns + 1];  // of the run before each
  float value_[Most];
  std::uint32_t offset_[Most];
};

/// Sums for a block of columns, in registers; in memory they take whole vectors.
template <std::size_t Columns>
struct Sums {
  static constexpr std::size_t vectors = vectors_of(Columns);
  Vector sum[vectors] = {};

  __attribute__((always_inline)) void load(const float* from) {
    unroll<vectors>([&](std::size_t v)
                        __attribute__((always_inline)) { simd::load(sum[v], from + v * lanes); });
  }
  __attribute__((always_inline)) void store(float* to) const {
    unroll<vectors>([&](std::size_t v)
                        __attribute__((always_inline)) { simd::store(to + v * lanes, sum[v]); });
  }
  /// sum += factor * row for each factor; of a row so many columns may be read.
  template <std::size_t Stored>
  __attribute__((always_inline)) void add(const FactorRun& factors, const float* rows) {
    for (std::size_t k = 0; k < factors.count; ++k) {
      const float *row = rows + factors.offset[k], value = factors.value[k];
      unroll<vectors>([&](std::size_t v) __attribute__((always_inline)) {
        Vector x;
        load_some(x, row + v * lanes, columns_in(Stored, v));
        sum[v] += x * value;
      });
    }
  }
};

}  // namespace graft::detail::simd
