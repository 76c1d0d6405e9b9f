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
  /// Rows of weights for which a row of sums is fetched: 128 KB of them, in the second-level cache.
  static constexpr std::size_t depth = std::clamp<std::size_t>(32'768 / padded_units, 8, 64);
  /// Rows are summed in groups, whatever the number of threads, so that sums are the same for all.
  static constexpr std::size_t groups = std::min<std::size_t>(16, (S.inputs + 15) / 16);
  /// Floats of sums (groups, batch, padded_units).
  static constexpr std::size_t sums_size(std::size_t batch) { return groups * batch * padded_units; }
  /// Below this the weights are few and their rows too short for vectors.
  static constexpr bool suits = S.units >= lanes;

  /// f.operator()<Columns>(first column) for every block.
  template <class Function>
  static void for_each_block(Function&& f) {
    for (std::size_t b = 0; b + 1 < blocks; ++b) f.template operator()<block>(b * block);
    f.template operator()<last>((blocks - 1) * block);
  }
  /// f(first row, rows) for a group's rows, up to `depth` at a time.
  template <class Function>
  static void for_each_chunk(std::size_t group, Function&& f) {
    const std::size_t end = S.inputs * (group + 1) / groups;
    for (std::size_t row = S.inputs * group / groups; row < end; row += depth)
      f(row, std::min(depth, end - row));
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
    unroll<vectors>([&](std::size_t v)
                        __attribute__((always_inline)) { simd::load(sum[v], from + v * lanes); });
  }
  __attribute__((always_inline)) void store(float* to) const {
    unroll<vectors>([&](std::size_t v)
                        __attribute__((always_inline)) { simd::store(to + v * lanes, sum[v]); });
  }
  /// sum += factor * row, of which Stored columns may be read.
  template <std::size_t Stored, std::size_t Most>
  __attribute__((always_inline)) void add(const Factors<Most>& factors, const float* rows) {
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

namespace graft::detail {

/// The fully connected layer at the speed of memory: weights are read once, in their order, and whatever is
/// multiplied by zero is left out, which changes no result.
struct SimdDense {
  static constexpr std::size_t most_batch = 256;  ///< beyond it arithmetic counts, not memory: Blas computes

  template <DenseSpec S, class Act>
  static void dense(HostContext& context, std::size_t batch, const float* x, const float* kernel,
                    const float* bias, float* y) {
    using P = simd::DensePlan<S>;
    float* sums = P::suits && batch <= most_batch ? context.shared_scratch(P::sums_size(batch)) : nullptr;
    if (sums == nullptr) {
      BlasDense::dense<S, Act>(context, batch, x, kernel, bias, y);
    } else if constexpr (P::suits) {
      context.team().run(P::groups, [&](std::size_t group, std::size_t) {
        float* of_group = sums + group * batch * P::padded_units;
        std::fill_n(of_group, batch * P::padded_units, 0.0f);
        P::for_each_chunk(group, [&](std::size_t row, std::size_t count) {
          add_products<S>(batch, row, count, x, kernel, of_group);
        });
      });
      finish<S, Act>(context, batch, sums, bias, y);
    }
  }

  /// The layer's next product takes each chunk of weights from the cache in which the rule has left it.
  template <DenseSpec S, class Act, class Rule>
  static void dense_update(HostContext& context, const Rule& rule, std::size_t batch, const float* x,
                           const float* dy, float* kernel, OptimizerSlots kernel_slots, float* bias,
                           OptimizerSlots bias_slots, DenseAhead ahead) {
    using P = simd::DensePlan<S>;
    float* memory = P::suits && std::max(batch, ahead.batch) <= most_batch
                        ? context.shared_scratch(S.units + P::sums_size(ahead.batch))
                        : nullptr;
    if (memory == nullptr) {
      BlasDense::dense_update<S, Act>(context, rule, batch, x, dy, kernel, kernel_slots, bias, bias_slots,
                                      ahead);
    } else if constexpr (P::suits) {
      float *dbias = memory, *sums = memory + S.units;
      context.team().run(P::groups, [&](std::size_t group, std::size_t) {
        float* of_group = sums + group * ahead.batch * P::padded_units;
        std::fill_n(of_group, ahead.batch * P::padded_units, 0.0f);
        P::for_each_chunk(group, [&](std::size_t begin, std::size_t count) {
          for (std::size_t row = begin; row < begin + count; ++row)
            update_row<S>(rule, batch, row, x, dy, kernel, kernel_slots);
          add_products<S>(ahead.batch, begin, count, ahead.x, kernel, of_group);
        });
      });
      BlasDense::update_bias(context, rule, batch, S.units, dy, dbias, bias, bias_slots);
      finish<S, Act>(context, ahead.batch, sums, bias, ahead.y);
    }
  }

 private:
  // sums (batch, padded_units) += x kernel, over the rows [begin, begin + count) of the kernel
  template <DenseSpec S>
  static void add_products(std::size_t batch, std::size_t begin, std::size_t count, const float* x,
                           const float* kernel, float* sums) {
    using P = simd::DensePlan<S>;
    for (std::size_t row = 0; row < batch; ++row) {
      simd::Factors<P::depth> factors;
      for (std::size_t i = 0; i < count; ++i) factors.add(x[row * S.inputs + begin + i], i * S.units);
      if (factors.count == 0) continue;
      P::for_each_block([&]<std::size_t Columns>(std::size_t column) {
        float* to = sums + row * P::padded_units + column;
        simd::Sums<Columns> sum;
        sum.load(to);
        sum.template add<Columns>(factors, kernel + begin * S.units + column);
        sum.store(to);
      });
    }
  }

  // y (batch, units) = act(the groups' sums + bias), in the order of the groups. sums (groups, batch,
  // padded_units)
  template <DenseSpec S, class Act>
  static void finish(HostContext& context, std::size_t batch, const float* sums, const float* bias,
                     float* y) {
    using P = simd::DensePlan<S>;
    context.team().run(batch, [&](std::size_t row, std::size_t) {
      float* out = y + row * S.units;
      const float* from = sums + row * P::padded_units;
      std::copy_n(from, S.units, out);
      for (std::size_t group = 1; group < P::groups; ++group) {
        from += batch * P::padded_units;
        for (std::size_t u = 0; u < S.units; ++u) out[u] += from[u];
      }
      if (bias != nullptr)
        for (std::size_t u = 0; u < S.units; ++u) out[u] += bias[u];
      activate_row(Act{}, out, out, S.units);
    });
  }

  // The rule on a row of the kernel.
  template <DenseSpec S, class Rule>
  static void update_row(const Rule& rule, std::size_t batch, std::size_t row, const float* x,
                         const float* dy, float* kernel, const OptimizerSlots& slots) {
    simd::Factors<most_batch> factors;
    for (std::size_t b = 0; b < batch; ++b) factors.add(x[b * S.inputs + row], b * S.units);
    const auto update = [&]<bool Moves>() __attribute__((always_inline)) {
      simd::DensePlan<S>::for_each_block([&]<std::size_t Columns>(std::size_t column) {
        simd::Sums<Columns> gradients;
        if constexpr (Moves) gradients.template add<Columns>(factors, dy + column);
        simd::unroll<gradients.vectors>([&](std::size_t v) __attribute__((always_inline)) {
          apply<Moves>(rule, gradients.sum[v], kernel, slots, row * S.units + column + v * simd::lanes,
                       simd::columns_in(Columns, v));
        });
      });
    };
    if (simd::keeps_weight<Rule> && factors.count == 0)
      update.template operator()<false>();  // an input that was zero in all of the batch
    else
      update.template operator()<true>();
  }

  template <bool MovesWeight, class Rule>
  static __attribute__((always_inline)) void apply(const Rule& rule, const simd::Vector& gradients,
                                                   float* kernel, const OptimizerSlots& slots, std::size_t at,
                                                   std::size_t count) {
    simd::Floats weight{0.0f}, slot[Rule::slots + 1];
    if constexpr (MovesWeight) simd::load_some(weight.value, kernel + at, count);
    simd::unroll<Rule::slots>([&](std::size_t k) __attribute__((always_inline)) {
      simd::load_some(slot[k].value, slots[k] + at, count);
    });
    rule(weight, simd::Floats{gradients}, slot);
    if constexpr (MovesWeight) simd::store_some(kernel + at, weight.value, count);
    simd::unroll<Rule::slots>([&](std::size_t k) __attribute__((always_inline)) {
      simd::store_some(slots[k] + at, slot[k].value, count);
    });
  }
};

}  // namespace graft::detail
