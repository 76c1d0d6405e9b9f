// SPDX-License-Identifier: MIT
#pragma once

#include <graft/tensor/tensor.hpp>

#include <cstddef>
#include <xtensor-blas/xblas.hpp>

// OpenBLAS' own; its header cannot be included beside xtensor-blas, which declares the BLAS interface itself.
extern "C" void openblas_set_num_threads(int);

namespace graft::detail {

/// OpenBLAS computes on the calling thread only: graft divides the work itself, in pieces that do not depend
/// on the number of threads, so that results are the same bits on every machine of a kind. This holds for the
/// whole process, from the first use of the Blas backend on.
inline void use_one_blas_thread() {
  static const bool done = (openblas_set_num_threads(1), true);
  static_cast<void>(done);
}

/// A row-major matrix in existing memory, or its transpose.
struct Matrix {
  const float* data;
  std::size_t stride;  ///< floats from row to row, as stored
  bool transposed = false;
};

/// C = A B + beta C; A (rows, depth), B (depth, columns), C (rows, columns) with c_stride floats from row to
/// row.
inline void gemm(std::size_t rows, std::size_t columns, std::size_t depth, Matrix a, Matrix b, float beta,
                 float* c, std::size_t c_stride) {
  using Index = xt::blas_index_t;
  cxxblas::gemm<Index>(cxxblas::RowMajor, a.transposed ? cxxblas::Trans : cxxblas::NoTrans,
                       b.transposed ? cxxblas::Trans : cxxblas::NoTrans, static_cast<Index>(rows),
                       static_cast<Index>(columns), static_cast<Index>(depth), 1.0f, a.data,
                       static_cast<Index>(a.stride), b.data, static_cast<Index>(b.stride), beta, c,
                       static_cast<Index>(c_stride));
}

/// y = x B for one row x: a matrix product without the packing that pays only for many rows.
inline void gemv(std::size_t columns, std::size_t depth, const float* x, Matrix b, float* y) {
  using Index = xt::blas_index_t;
  cxxblas::gemv<Index>(cxxblas::RowMajor, cxxblas::Trans, static_cast<Index>(depth),
                       static_cast<Index>(columns), 1.0f, b.data, static_cast<Index>(b.stride), x, Index{1},
                       0.0f, y, Index{1});
}

}  // namespace graft::detail
