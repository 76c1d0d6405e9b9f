// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/gemm.hpp>
#include <graft/backend/blas/update.hpp>
#include <graft/backend/reference/dense.hpp>

namespace graft::detail {

/// The fully connected layer as matrix products, divided in blocks of the weights: each weight is read once.
struct BlasDense {
  static constexpr std::size_t column_block =
      64;                                        ///< columns of the kernel in one task of the forward product
  static constexpr std::size_t row_block = 128;  ///< rows of the kernel in one task of the backward products

  template <DenseSpec S, class Act>
  static void dense(HostContext& context, std::size_t batch, const float* x, const float* kernel,
                    const float* bias, float* y) {
    use_one_blas_thread();
    constexpr std::size_t blocks = (S.units + column_block - 1) / column_block;
    context.team().run(blocks, [&](std::size_t block, std::size_t) {
      const std::size_t begin = block * column_block, count = std::min(column_block, S.units - begin);
      const Matrix weights{kernel + begin, S.units};
      if (batch == 1)
        gemv(count, S.inputs, x, weights, y + begin);
      else
        gemm(batch, count, S.inputs, {x, S.inputs}, weights, 0.0f, y + begin, S.units);
      for (std::size_t row = 0; row < batch; ++row) {
        float* out = y + row * S.units + begin;
        if (bias != nullptr)
          for (std::size_t u = 0; u < count; ++u) out[u] += bias[begin + u];
        if constexpr (Act::elementwise) activate_row(Act{}, out, out, count);
      }
    });
    if constexpr (!Act::elementwise)
      for (std::size_t row = 0; row < batch; ++row)
        activate_row(Act{}, y + row * S.units, y + row * S.units, S.units);
  }

  template <DenseSpec S>
  static void dense_backward_kernel(HostContext& context, std::size_t batch, const float* x, const float* dy,
                                    float* dkernel, float* dbias) {
    use_one_blas_thread();
    constexpr std::size_t blocks = (S.inputs + row_block - 1) / row_block;
    context.team().run(blocks, [&](std::size_t block, std::size_t) {
      const std::size_t begin = block * row_block, count = std::min(row_block, S.inputs - begin);
      gemm(count, S.units, batch, {x + begin, S.inputs, true}, {dy, S.units}, 0.0f, dkernel + begin * S.units,
           S.units);
    });
    if (dbias != nullptr) column_sums(batch, S.units, dy, dbias);
  }

  /// Gradients of a block of the kernel at a time, in scratch memory, where the rule finds them in the cache.
  template <DenseSpec S, class Act, class Rule>
  static void dense_update(HostContext& context, const Rule& rule, std::size_t batch, const float* x,
                           const float* dy, float* kernel, OptimizerSlots kernel_slots, float* bias,
                           OptimizerSlots bias_slots, DenseAhead ahead) {
    static_assert(S.units <= HostContext::scratch_size, "a row of the kernel must fit the scratch memory");
    constexpr std::size_t rows = std::min(S.inputs, HostContext::scratch_size / S.units);
    constexpr std::size_t blocks = (S.inputs + rows - 1) / rows;
    use_one_blas_thread();
    context.team().run(blocks, [&](std::size_t block, std::size_t worker) {
      const std::size_t begin = block * rows, count = std::min(rows, S.inputs - begin);
      float* gradients = context.scratch(worker);
      gemm(count, S.units, batch, {x + begin, S.inputs, true}, {dy, S.units}, 0.0f, gradients, S.units);
      BlasUpdate::update_run(context, rule, count * S.units, kernel + begin * S.units, gradients,
                             advance(kernel_slots, begin * S.units));
    });
    update_bias(context, rule, batch, S.units, dy, context.scratch(0), bias, bias_slots);
    if (ahead.y != nullptr) dense<S, Act>(context, ahead.batch, ahead.x, kernel, bias, ahead.y);
  }

  template <DenseSpec S>
  static void dense_backward_input(HostContext& context, std::size_t batch, const float* kernel,
                                   const float* dy, float* dx) {
    use_one_blas_thread();
    constexpr std::size_t blocks = (S.inputs + row_block - 1) / row_block;
    context.team().run(blocks, [&](std::size_t block, std::size_t) {
      const std::size_t begin = block * row_block, count = std::min(row_block, S.inputs - begin);
      gemm(batch, count, S.units, {dy, S.units}, {kernel + begin * S.units, S.units, true}, 1.0f, dx + begin,
           S.inputs);
    });
  }

  /// The rule on a bias, unless that is null. dbias (units): memory to compute its gradient in
  template <class Rule>
  static void update_bias(HostContext& context, const Rule& rule, std::size_t batch, std::size_t units,
                          const float* dy, float* dbias, float* bias, OptimizerSlots slots) {
    if (bias == nullptr) return;
    column_sums(batch, units, dy, dbias);
    BlasUpdate::update_run(context, rule, units, bias, dbias, slots);
  }

  static void column_sums(std::size_t batch, std::size_t units, const float* dy, float* sums) {
    std::fill_n(sums, units, 0.0f);
    for (std::size_t row = 0; row < batch; ++row)
      for (std::size_t u = 0; u < units; ++u) sums[u] += dy[row * units + u];
  }
};

}  // namespace graft::detail
