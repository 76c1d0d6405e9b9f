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
constexpr bool keeps_weight(const Rule& rule) {
  if constexpr (requires { rule.keeps_weight_at_zero_gradient(); })
    return rule.keeps_weight_at_zero_gradient();
  else
    return false;
}

}  // namespace graft::detail::simd

namespace graft::detail {

/// The fully connected layer at the speed of memory: weights are read once, in their order, and whatever is
/// multiplied by zero is left out, which changes no result.
struct SimdDense {
  static constexpr std::size_t most_batch = 256;  ///< beyond it arithmetic counts, not memory: Blas computes
  /// From this batch on most rows of weights are read, though inputs are sparse: all are fetched.
  static constexpr std::size_t reads_all = 8;

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
        if (batch < reads_all)
          multiply_few<S>(batch, group, x, kernel, of_group);
        else
          multiply_many<S>(batch, group, x, kernel, of_group);
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
  // Lists for a chunk of rows of weights, for each image: what of them its inputs multiply. And for each row:
  // what of the images' gradients it multiplies.
  using ImageFactors = simd::Factors<most_batch, simd::line * most_batch>;
  using RowFactors = simd::Factors<simd::line, simd::line * most_batch>;

  // sums (blocks, batch, width) += x kernel, over a group of rows, of which only those are read that an image
  // of the few has a use for.
  template <DenseSpec S>
  static void multiply_few(std::size_t batch, std::size_t group, const float* x, const float* kernel,
                           float* sums) {
    using P = simd::DensePlan<S>;
    P::template for_each_chunk<P::depth>(group, [&](std::size_t begin, std::size_t count) {
      simd::Factors<1, P::depth> factors;
      for (std::size_t image = 0; image < batch; ++image) {
        factors.clear();
        for (std::size_t i = 0; i < count; ++i) factors.add(x[image * S.inputs + begin + i], i * S.units);
        factors.end_run();
        P::for_each_block([&]<std::size_t Columns>(std::size_t column) {
          add_product<S, Columns>(factors[0], kernel + begin * S.units + column,
                                  sums + column * batch + image * P::width);
        });
      }
    });
  }

  // The same for a batch that reads nearly all rows: fetches those of the next chunk meanwhile.
  template <DenseSpec S>
  static void multiply_many(std::size_t batch, std::size_t group, const float* x, const float* kernel,
                            float* sums) {
    using P = simd::DensePlan<S>;
    P::template for_each_chunk<P::step_depth>(group, [&](std::size_t begin, std::size_t count) {
      fetch_inputs<S>(batch, begin, x);
      ImageFactors factors;
      list_by_image<S>(batch, begin, count, x, factors);
      P::for_each_block([&]<std::size_t Columns>(std::size_t column) {
        const float* rows = kernel + begin * S.units + column;
        multiply_block<S, Columns>(batch, factors, rows, sums + column * batch,
                                   rows + P::step_depth * S.units);
      });
    });
  }

  // Fetches the inputs of the rows of weights after a chunk that begins here. Fetched between the loops that
  // list factors, they came too late.
  template <DenseSpec S>
  static void fetch_inputs(std::size_t batch, std::size_t begin, const float* x) {
    for (std::size_t image = 0; image < batch; ++image)
      simd::fetch(x + image * S.inputs + begin + simd::DensePlan<S>::step_depth);
  }

  // What does not depend on the rule is a function of its own (noinline): compiled once for all rules.

  template <DenseSpec S>
  static __attribute__((noinline)) void list_by_image(std::size_t batch, std::size_t begin, std::size_t count,
                                                      const float* x, ImageFactors& factors) {
    for (std::size_t image = 0; image < batch; ++image) {
      for (std::size_t i = 0; i < count; ++i) factors.add(x[image * S.inputs + begin + i], i * S.units);
      factors.end_run();
    }
  }

  template <DenseSpec S>
  static __attribute__((noinline)) void list_by_row(std::size_t batch, std::size_t begin, std::size_t count,
                                                    const float* x, RowFactors& factors) {
    for (std::size_t row = begin; row < begin + count; ++row) {
      for (std::size_t image = 0; image < batch; ++image)
        factors.add(x[image * S.inputs + row], image * simd::DensePlan<S>::width);
      factors.end_run();
    }
  }

  // sums (batch, width) += a block of a chunk's rows by the factors of each image. Meanwhile fetches another
  // block of as many rows, a part with each image: a processor has few places for lines that are on their
  // way, so some should be underway all of the time. next may be null.
  template <DenseSpec S, std::size_t Columns>
  static __attribute__((noinline)) void multiply_block(std::size_t batch, const ImageFactors& factors,
                                                       const float* rows, float* sums, const float* next) {
    using P = simd::DensePlan<S>;
    constexpr std::size_t row_lines = simd::divide_up(Columns, simd::line);
    constexpr std::size_t lines = P::step_depth * row_lines;
    std::size_t fetched = 0;
    const auto fetch_until = [&](std::size_t end) {
      if (next == nullptr) return;
      for (; fetched < end; ++fetched)
        simd::fetch(next + fetched / row_lines * S.units + fetched % row_lines * simd::line);
    };
    for (std::size_t image = 0; image < batch; ++image) {
      add_product<S, Columns>(factors[image], rows, sums + image * P::width);
      fetch_until(lines * (image + 1) / batch);
    }
    fetch_until(lines);
  }

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
    fetch_inputs<S>(batch, begin, x);
    fetch_inputs<S>(ahead.batch, begin, ahead.x);
    RowFactors of_row;
    list_by_row<S>(batch, begin, count, x, of_row);
    ImageFactors of_image;
    list_by_image<S>(ahead.batch, begin, count, ahead.x, of_image);
    P::for_each_block([&]<std::size_t Columns>(std::size_t column) {
      const std::size_t at = begin * S.units + column;
      update_block<S, Columns>(rule, count, of_row, dy + column * batch, kernel + at, advance(slots, at));
      multiply_block<S, Columns>(ahead.batch, of_image, kernel + at, sums + column * ahead.batch,
                                 Rule::slots > 0 ? slots[0] + at + P::step_depth * S.units : nullptr);
    });
  }

  // The rule on a block of `count` rows of the kernel, from its first weight on, which fetches the weights
  // and all slots but the first of the rows after the chunk. dy (batch, width)
  template <DenseSpec S, std::size_t Columns, class Rule>
  static void update_block(Rule rule, std::size_t count, const RowFactors& of_row, const float* dy,
                           float* kernel, OptimizerSlots slots) {
    for (std::size_t row = 0; row < count; ++row) {
      const simd::FactorRun factors = of_row[row];
      if (simd::keeps_weight(rule) && factors.count == 0)  // an input that is zero in all of the batch
        update_row<S, Columns, false>(rule, factors, dy, kernel, slots, row * S.units);
      else
        update_row<S, Columns, true>(rule, factors, dy, kernel, slots, row * S.units);
    }
  }

  template <DenseSpec S, std::size_t Columns, bool Moves, class Rule>
  static __attribute__((always_inline)) void update_row(const Rule& rule, const simd::FactorRun& factors,
                                                        const float* dy, float* kernel,
                                                        const OptimizerSlots& slots, std::size_t from) {
    constexpr std::size_t further = simd::DensePlan<S>::step_depth * S.units;
    simd::Sums<Columns> gradients;
    if constexpr (Moves) gradients.template add<gradients.vectors * simd::lanes>(factors, dy);
    simd::unroll<gradients.vectors>([&](auto v) __attribute__((always_inline)) {
      constexpr std::size_t column = v * simd::lanes, size = simd::columns_in(Columns, v);
      constexpr bool begins_line = column % simd::line == 0;
      const std::size_t at = from + column;
      simd::Floats weight{0.0f}, slot[Rule::slots + 1]{};
      if constexpr (begins_line) simd::fetch(kernel + further + at);
      if constexpr (Moves) simd::load_some(weight.value, kernel + at, size);
      simd::unroll<Rule::slots>([&](std::size_t k) __attribute__((always_inline)) {
        if (k > 0 && slots[k] == nullptr) return;
        if (begins_line && k > 0) simd::fetch(slots[k] + further + at);
        simd::load_some(slot[k].value, slots[k] + at, size);
      });
      rule(weight, simd::Floats{gradients.sum[v]}, slot);
      if constexpr (Moves) simd::store_some(kernel + at, weight.value, size);
      simd::unroll<Rule::slots>([&](std::size_t k) __attribute__((always_inline)) {
        if (k == 0 || slots[k] != nullptr) simd::store_some(slots[k] + at, slot[k].value, size);
      });
    });
  }
};

}  // namespace graft::detail
