// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/map.hpp>
#include <graft/core/host_device.hpp>

namespace graft::device {

/// Sums over the rows of something (rows, columns) are made in two launches, in double: first over chunks of
/// rows, then over the chunks. The order depends on sizes only, so results are the same bits every time.
/// term(row, column) is what is summed. partial (chunks, columns)
template <class Term>
struct PartialSums {
  Term term;
  Index rows, columns, rows_per_chunk;
  double* partial;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Index column = i % columns, first = i / columns * rows_per_chunk;
    const Index end = rows - first < rows_per_chunk ? rows : first + rows_per_chunk;
    double sum = 0.0;
    for (Index row = first; row < end; ++row) sum += term(row, column);
    partial[i] = sum;
  }
};

/// finish(column, sum) takes the sums.
template <class Finish>
struct TotalSums {
  Index chunks, columns;
  const double* partial;
  Finish finish;

  GRAFT_HOST_DEVICE void operator()(Index column) const {
    double sum = 0.0;
    for (Index chunk = 0; chunk < chunks; ++chunk) sum += partial[std::size_t{chunk} * columns + column];
    finish(column, sum);
  }
};

/// Takes a sum as it is. // (columns)
template <class T>
struct Store {
  T* to;
  GRAFT_HOST_DEVICE void operator()(Index column, double sum) const { to[column] = static_cast<T>(sum); }
};

/// The values of pixels. x (rows, stride)
struct PixelTerm {
  const float* x;
  Index stride;
  GRAFT_HOST_DEVICE double operator()(Index row, Index column) const {
    return double{x[std::size_t{row} * stride + column]};
  }
};

}  // namespace graft::device
