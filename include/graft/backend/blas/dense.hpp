// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/gemm.hpp>
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
    if (dbias == nullptr) return;
    std::fill_n(dbias, S.units, 0.0f);
    for (std::size_t row = 0; row < batch; ++row)
      for (std::size_t u = 0; u < S.units; ++u) dbias[u] += dy[row * S.units + u];
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
};

}  // namespace graft::detail
