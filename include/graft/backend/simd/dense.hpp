// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/dense.hpp>
#include <graft/backend/simd/dense_plan.hpp>
#include <graft/backend/simd/factors.hpp>
#include <graft/backend/simd/floats.hpp>

#include <algorithm>

namespace graft::detail::simd {

/// Whether a rule says that it moves no weight whose gradient is zero.
template <class Rule>
inline constexpr bool keeps_weight = requires {
  requires Rule::keeps_weight_at_zero_gradient;
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
    float* sums = P::suits && batch <= most_batch ? context.shared_scratch(P::groups * P::blocked_size(batch))
                                                  : nullptr;
    if (sums == nullptr) {
      BlasDense::dense<S, Act>(context, batch, x, kernel, bias, y);
    } else if constexpr (P::suits) {
      context.team().run(P::groups, [&](std::size_t group, std::size_t) {
        float* of_group = sums + group * P::blocked_size(batch);
        std::fill_n(of_group, P::blocked_size(batch), 0.0f);
        P::template for_each_chunk<P::depth>(group, [&](std::size_t begin, std::size_t count) {
          simd::Factors<1, P::depth> factors;
          for (std::size_t image = 0; image < batch; ++image) {
            factors.clear();
            for (std::size_t i = 0; i < count; ++i) factors.add(x[image * S.inputs + begin + i], i * S.units);
            factors.end_run();
            P::for_each_block([&]<std::size_t Columns>(std::size_t column) {
              add_product<S, Columns>(factors[0], kernel + begin * S.units + column,
                                      of_group + column * batch + image * P::width);
            });
          }
        });
      });
      finish<S, Act>(context, batch, sums, bias, y);
    }
  }

  /// The layer's next product takes each block of weights from the cache in which the rule has left it.
  template <DenseSpec S, class Act, class Rule>
  static void dense_update(HostContext& context, const Rule& rule, std::size_t batch, const float* x,
                           const float* dy, float* kernel, OptimizerSlots kernel_slots, float* bias,
                           OptimizerSlots bias_slots, DenseAhead ahead) {
    using P = simd::DensePlan<S>;
    const std::size_t sums_size = P::groups * P::blocked_size(ahead.batch);
    float* sums = P::suits && std::max(batch, ahead.batch) <= most_batch
                      ? context.shared_scratch(sums_size + P::blocked_size(batch) + S.units)
                      : nullptr;
    if (sums == nullptr) {
      BlasDense::dense_update<S, Act>(context, rule, batch, x, dy, kernel, kernel_slots, bias, bias_slots,
                                      ahead);
    } else if constexpr (P::suits) {
      float *blocked_dy = sums + sums_size, *dbias = blocked_dy + P::blocked_size(batch);
      P::to_blocks(batch, dy, blocked_dy);
      context.team().run(P::groups, [&](std::size_t group, std::size_t) {
        float* of_group = sums + group * P::blocked_size(ahead.batch);
        std::fill_n(of_group, P::blocked_size(ahead.batch), 0.0f);
        P::template for_each_chunk<P::step_depth>(group, [&](std::size_t begin, std::size_t count) {
          update_rows<S>(rule, batch, begin, count, x, blocked_dy, kernel, kernel_slots, ahead, of_group);
        });
      });
      BlasDense::update_bias(context, rule, batch, S.units, dy, dbias, bias, bias_slots);
      finish<S, Act>(context, ahead.batch, sums, bias, ahead.y);
    }
  }

 private:
  // sums (columns) += factors rows
  template <DenseSpec S, std::size_t Columns>
  static void add_product(const simd::FactorRun& factors, const float* rows, float* sums) {
    if (factors.count == 0) return;
    simd::Sums<Columns> sum;
    sum.load(sums);
    sum.template add<Columns>(factors, rows);
    sum.store(sums);
  }

  // y (batch, units) = act(the groups' sums + bias), in the order of the groups. sums (groups, blocks, batch,
  // width)
  template <DenseSpec S, class Act>
  static void finish(HostContext& context, std::size_t batch, const float* sums, const float* bias,
                     float* y) {
    using P = simd::DensePlan<S>;
    context.team().run(batch, [&](std::size_t row, std::size_t) {
      float* out = y + row * S.units;
      std::fill_n(out, S.units, 0.0f);
      for (std::size_t group = 0; group < P::groups; ++group)
        P::add_from_blocks(batch, row, sums + group * P::blocked_size(batch), out);
      if (bias != nullptr)
        for (std::size_t u = 0; u < S.units; ++u) out[u] += bias[u];
      activate_row(Act{}, out, out, S.units);
    });
  }

  // The rule on `count` rows of the kernel, and sums (blocks, ahead.batch, width) += ahead.x times them.
  // dy (blocks, batch, width)
  template <DenseSpec S, class Rule>
  static void update_rows(const Rule& rule, std::size_t batch, std::size_t begin, std::size_t count,
                          const float* x, const float* dy, float* kernel, const OptimizerSlots& slots,
                          const DenseAhead& ahead, float* sums) {
    using P = simd::DensePlan<S>;
    constexpr std::size_t depth = P::step_depth;
    // First of all the inputs of the rows after these: fetched between the loops below, they came too late.
    for (std::size_t image = 0; image < batch; ++image) simd::fetch(x + image * S.inputs + begin + depth);
    for (std::size_t image = 0; image < ahead.batch; ++image)
      simd::fetch(ahead.x + image * S.inputs + begin + depth);

    simd::Factors<depth, depth * most_batch> of_row;
    for (std::size_t row = begin; row < begin + count; ++row) {
      for (std::size_t image = 0; image < batch; ++image)
        of_row.add(x[image * S.inputs + row], image * P::width);
      of_row.end_run();
    }
    simd::Factors<most_batch, depth * most_batch> of_image;
    for (std::size_t image = 0; image < ahead.batch; ++image) {
      for (std::size_t i = 0; i < count; ++i)
        of_image.add(ahead.x[image * S.inputs + begin + i], i * S.units);
      of_image.end_run();
    }
    P::for_each_block([&]<std::size_t Columns>(std::size_t column) {
      const std::size_t at = begin * S.units + column;
      update_block<S, Columns>(rule, count, of_row, dy + column * batch, kernel + at, advance(slots, at));
      FirstSlot<S, Columns> next_slot{Rule::slots > 0 ? slots[0] + at + depth * S.units : nullptr};
      for (std::size_t image = 0; image < ahead.batch; ++image) {
        add_product<S, Columns>(of_image[image], kernel + at, sums + column * ahead.batch + image * P::width);
        next_slot.fetch_until(image + 1, ahead.batch);
      }
      if (ahead.batch == 0) next_slot.fetch_until(1, 1);
    });
  }

  // Fetches the first slot of a block of weights, a part at a time. A processor has few places for lines that
  // are on their way, so all work is done with some of them underway: the rule's with the weights and the
  // other slots of the rows to come, the product's with the first slot.
  template <DenseSpec S, std::size_t Columns>
  struct FirstSlot {
    const float* slot;  // of the block's first weight; null: the rule has none
    std::size_t fetched = 0;

    void fetch_until(std::size_t part, std::size_t parts) {
      constexpr std::size_t lines = simd::divide_up(Columns, simd::line);  // of a row
      if (slot == nullptr) return;
      for (; fetched < simd::DensePlan<S>::step_depth * lines * part / parts; ++fetched)
        simd::fetch(slot + fetched / lines * S.units + fetched % lines * simd::line);
    }
  };

  // The rule on a block of `count` rows of the kernel, from its first weight on. dy (batch, width)
  template <DenseSpec S, std::size_t Columns, class Rule, class RowFactors>
  static void update_block(Rule rule, std::size_t count, const RowFactors& of_row, const float* dy,
                           float* kernel, OptimizerSlots slots) {
    for (std::size_t row = 0; row < count; ++row, kernel += S.units, slots = advance(slots, S.units)) {
      const simd::FactorRun factors = of_row[row];
      if (simd::keeps_weight<Rule> && factors.count == 0)
        update_row<S, Columns, false>(rule, factors, dy, kernel, slots);  // an input zero in all of the batch
      else
        update_row<S, Columns, true>(rule, factors, dy, kernel, slots);
    }
  }

  template <DenseSpec S, std::size_t Columns, bool Moves, class Rule>
  static __attribute__((always_inline)) void update_row(const Rule& rule, const simd::FactorRun& factors,
                                                        const float* dy, float* kernel,
                                                        const OptimizerSlots& slots) {
    constexpr std::size_t further = simd::DensePlan<S>::step_depth * S.units;
    simd::Sums<Columns> gradients;
    if constexpr (Moves) gradients.template add<gradients.vectors * simd::lanes>(factors, dy);
    simd::unroll<gradients.vectors>([&](auto v) __attribute__((always_inline)) {
      constexpr std::size_t at = v * simd::lanes, size = simd::columns_in(Columns, v);
      simd::Floats weight{0.0f}, slot[Rule::slots + 1];
      if constexpr (at % simd::line == 0) simd::fetch(kernel + further + at);
      if constexpr (Moves) simd::load_some(weight.value, kernel + at, size);
      simd::unroll<Rule::slots>([&](std::size_t k) __attribute__((always_inline)) {
        if (at % simd::line == 0 && k > 0) simd::fetch(slots[k] + further + at);
        simd::load_some(slot[k].value, slots[k] + at, size);
      });
      rule(weight, simd::Floats{gradients.sum[v]}, slot);
      if constexpr (Moves) simd::store_some(kernel + at, weight.value, size);
      simd::unroll<Rule::slots>([&](std::size_t k) __attribute__((always_inline)) {
        simd::store_some(slots[k] + at, slot[k].value, size);
      });
    });
  }
};

}  // namespace graft::detail
