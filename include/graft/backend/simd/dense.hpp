// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/dense.hpp>
#include <graft/backend/simd/floats.hpp>
#include <graft/backend/simd/tile.hpp>

#include <algorithm>
#include <cstdint>

namespace graft::detail::simd {

/// How the weights of a fully connected layer, (inputs, units) as Keras has them, are divided: into columns
/// whose sums stay in registers, and into rows, which are read in the order in which they lie in memory.
template <DenseSpec S>
struct DensePlan {
  static constexpr std::size_t block = 8 * lanes;  ///< columns at a time
  static constexpr std::size_t blocks = (S.units + block - 1) / block;
  static constexpr std::size_t last = S.units - (blocks - 1) * block;       ///< columns of the last block
  static constexpr std::size_t padded_units = vectors_of(S.units) * lanes;  ///< of a row of sums
  /// Rows of weights for which a row of sums is fetched: 256 KB of them, in the second-level cache.
  static constexpr std::size_t depth = std::clamp<std::size_t>(65'536 / padded_units, 8, 64);
  static constexpr std::size_t groups = std::min<std::size_t>(16, (S.inputs + 15) / 16);
  /// Below this the weights are few and their rows too short for vectors.
  static constexpr bool suits = S.units >= lanes;

  /// f.operator()<Columns>(first column) for every block.
  template <class Function>
  static void for_each_block(Function&& f) {
    for (std::size_t b = 0; b + 1 < blocks; ++b) f.template operator()<block>(b * block);
    f.template operator()<last>((blocks - 1) * block);
  }
};

/// Whether a rule says that it moves no weight whose gradient is zero.
template <class Rule>
inline constexpr bool keeps_weight = requires {
  requires Rule::keeps_weight_at_zero_gradient;
};

/// Factors that are not zero, and where what each of them multiplies begins. What follows a Relu is mostly
/// zero (of Inception v3's features six in seven), so that few are left.
template <std::size_t Most>
struct Factors {
  std::size_t count = 0;
  float value[Most];
  std::uint32_t offset[Most];

  void add(float factor, std::size_t at) {
    value[count] = factor;
    offset[count] = static_cast<std::uint32_t>(at);
    count += factor != 0.0f ? 1 : 0;  // the next overwrites a zero
  }
};

/// Sums for a block of columns, in registers; in memory they take whole vectors.
template <std::size_t Columns>
struct Sums {
  static constexpr std::size_t vectors = vectors_of(Columns);
  Vector sum[vectors] = {};

  __attribute__((always_inline)) void load(const float* from) {
    unroll<vectors>([&](auto v) __attribute__((always_inline)) { simd::load(sum[v], from + v * lanes); });
  }
  __attribute__((always_inline)) void store(float* to) const {
    unroll<vectors>([&](auto v) __attribute__((always_inline)) { simd::store(to + v * lanes, sum[v]); });
  }
  /// sum += factor * row, of which Stored columns may be read.
  template <std::size_t Stored, std::size_t Most>
  __attribute__((always_inline)) void add(const Factors<Most>& factors, const float* rows) {
    for (std::size_t k = 0; k < factors.count; ++k) {
      const float *row = rows + factors.offset[k], value = factors.value[k];
      unroll<vectors>([&](auto v) __attribute__((always_inline)) {
        Vector x;
        load_some<columns_in(Stored, v)>(x, row + v * lanes);
        sum[v] += x * value;
      });
    }
  }
};

}  // namespace graft::detail::simd

namespace graft::detail {

/// The fully connected layer at the speed of memory: weights are read once, in their order, and whatever is
/// multiplied by zero is left out, which changes no result.
struct SimdDense {
  static constexpr std::size_t most_batch = 256;  ///< beyond it arithmetic counts, not memory: Blas computes

  template <DenseSpec S, class Act>
  static void dense(HostContext& context, std::size_t batch, const float* x, const float* kernel,
                    const float* bias, float* y) {
    using P = simd::DensePlan<S>;
    const std::size_t sums_size = batch * P::padded_units;
    float* sums = P::suits && batch <= most_batch ? context.shared_scratch(P::groups * sums_size) : nullptr;
    if (sums == nullptr) {
      BlasDense::dense<S, Act>(context, batch, x, kernel, bias, y);
    } else if constexpr (P::suits) {  // sums (groups, batch, padded_units)
      context.team().run(P::groups, [&](std::size_t group, std::size_t) {
        const std::size_t begin = S.inputs * group / P::groups, end = S.inputs * (group + 1) / P::groups;
        sum_products<S>(batch, begin, end, x, kernel, sums + group * sums_size);
      });
      context.team().run(batch, [&](std::size_t row, std::size_t) {
        float* out = y + row * S.units;
        std::copy_n(sums + row * P::padded_units, S.units, out);
        for (std::size_t group = 1; group < P::groups; ++group)
          for (std::size_t u = 0; u < S.units; ++u)
            out[u] += sums[group * sums_size + row * P::padded_units + u];
        if (bias != nullptr)
          for (std::size_t u = 0; u < S.units; ++u) out[u] += bias[u];
        activate_row(Act{}, out, out, S.units);
      });
    }
  }

  template <DenseSpec S, class Rule>
  static void dense_update(HostContext& context, const Rule& rule, std::size_t batch, const float* x,
                           const float* dy, float* kernel, OptimizerSlots kernel_slots, float* bias,
                           OptimizerSlots bias_slots) {
    using P = simd::DensePlan<S>;
    float* packed =
        P::suits && batch <= most_batch ? context.shared_scratch(batch * P::blocks * P::block) : nullptr;
    if (packed == nullptr) {
      BlasDense::dense_update<S>(context, rule, batch, x, dy, kernel, kernel_slots, bias, bias_slots);
    } else if constexpr (P::suits) {
      // (blocks, batch, block): a block stays in the first cache, which rows a power of two apart would not.
      P::for_each_block([&]<std::size_t Columns>(std::size_t column) {
        for (std::size_t row = 0; row < batch; ++row) {
          float* to = packed + batch * column + row * P::block;
          std::fill(std::copy_n(dy + row * S.units + column, Columns, to), to + P::block, 0.0f);
        }
      });
      constexpr std::size_t rows = 96, tasks = (S.inputs + rows - 1) / rows;
      context.team().run(tasks, [&](std::size_t task, std::size_t) {
        const std::size_t end = std::min((task + 1) * rows, S.inputs);
        for (std::size_t row = task * rows; row < end; row += rows_at_once)
          update_rows<S>(rule, batch, row, std::min(rows_at_once, end - row), x, packed, kernel,
                         kernel_slots);
      });
      if (bias == nullptr) return;
      BlasDense::column_sums(batch, S.units, dy, packed);
      BlasUpdate::update_run(context, rule, S.units, bias, packed, bias_slots);
    }
  }

 private:
  static constexpr std::size_t rows_at_once = 4;  // while a block of dy is in the first cache

  // sums (batch, padded_units) = x kernel, over the rows [begin, end) of the kernel
  template <DenseSpec S>
  static void sum_products(std::size_t batch, std::size_t begin, std::size_t end, const float* x,
                           const float* kernel, float* sums) {
    using P = simd::DensePlan<S>;
    std::fill_n(sums, batch * P::padded_units, 0.0f);
    for (std::size_t k = begin; k < end; k += P::depth)
      for (std::size_t row = 0; row < batch; ++row) {
        simd::Factors<P::depth> factors;
        for (std::size_t i = 0; i < std::min(P::depth, end - k); ++i)
          factors.add(x[row * S.inputs + k + i], i * S.units);
        if (factors.count == 0) continue;
        P::for_each_block([&]<std::size_t Columns>(std::size_t column) {
          float* to = sums + row * P::padded_units + column;
          simd::Sums<Columns> sum;
          sum.load(to);
          sum.template add<Columns>(factors, kernel + k * S.units + column);
          sum.store(to);
        });
      }
  }

  // The rule on the rows [begin, begin + count) of the kernel. `flatten`: a rule that is called instead of
  // inlined takes its vectors through memory.
  template <DenseSpec S, class Rule>
  [[gnu::flatten]] static void update_rows(const Rule& rule, std::size_t batch, std::size_t begin,
                                           std::size_t count, const float* x, const float* packed,
                                           float* kernel, const OptimizerSlots& slots) {
    using P = simd::DensePlan<S>;
    simd::Factors<most_batch> factors[rows_at_once];
    P::for_each_block([&]<std::size_t Columns>(std::size_t column) {
      constexpr std::size_t width = simd::vectors_of(Columns) * simd::lanes;
      for (std::size_t r = 0; r < count; ++r) {
        if (column == 0)
          for (std::size_t b = 0; b < batch; ++b) factors[r].add(x[b * S.inputs + begin + r], b * P::block);
        const std::size_t at = (begin + r) * S.units + column;
        simd::Sums<Columns> gradients;
        const auto apply_all = [&]<bool Moves>() __attribute__((always_inline)) {
          simd::unroll<gradients.vectors>([&](auto v) __attribute__((always_inline)) {
            apply<simd::columns_in(Columns, v), Moves>(rule, gradients.sum[v], kernel, slots,
                                                       at + v * simd::lanes);
          });
        };
        if (simd::keeps_weight<Rule> && factors[r].count == 0) {
          apply_all.template operator()<false>();  // an input that was zero in all of the batch
        } else {
          gradients.template add<width>(factors[r], packed + batch * column);
          apply_all.template operator()<true>();
        }
      }
    });
  }

  template <std::size_t Count, bool MovesWeight, class Rule>
  static __attribute__((always_inline)) void apply(const Rule& rule, const simd::Vector& gradients,
                                                   float* kernel, const OptimizerSlots& slots,
                                                   std::size_t at) {
    simd::Floats weight{0.0f}, slot[Rule::slots + 1];
    if constexpr (MovesWeight) simd::load_some<Count>(weight.value, kernel + at);
    simd::unroll<Rule::slots>([&](auto k) __attribute__((always_inline)) {
      simd::load_some<Count>(slot[k].value, slots[k] + at);
    });
    rule(weight, simd::Floats{gradients}, slot);
    if constexpr (MovesWeight) simd::store_some<Count>(kernel + at, weight.value);
    simd::unroll<Rule::slots>([&](auto k) __attribute__((always_inline)) {
      simd::store_some<Count>(slots[k] + at, slot[k].value);
    });
  }
};

}  // namespace graft::detail
