// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device.hpp>
#include <graft/backend/device/kernels/reduction.hpp>

#include <algorithm>

namespace graft::detail {

/// Rows are summed in at most so many chunks, of at least so many rows.
inline constexpr std::size_t most_chunks = 128, least_rows = 32;

/// Doubles of scratch that sum_rows needs.
constexpr std::size_t partial_size(std::size_t columns) { return most_chunks * columns; }

/// finish(column, sum over all rows of term(row, column)) for each column. partial (partial_size(columns))
template <class D, class Term, class Finish, class Context>
void sum_rows(Context& context, std::size_t rows, std::size_t columns, double* partial, const Term& term,
              const Finish& finish) {
  const std::size_t rows_per_chunk = std::max(least_rows, (rows + most_chunks - 1) / most_chunks);
  const std::size_t chunks = (rows + rows_per_chunk - 1) / rows_per_chunk;
  D::launch(context, chunks * columns,
            device::PartialSums<Term>{term, device::index(rows), device::index(columns),
                                      device::index(rows_per_chunk), partial});
  D::launch(context, columns,
            device::TotalSums<Finish>{device::index(chunks), device::index(columns), partial, finish});
}

/// sums = x summed over all pixels of a batch. x (batch, layout), sums (channels)
template <class D, class Context>
void sum_pixels(Context& context, const ImageLayout& layout, std::size_t batch, const float* x, float* sums) {
  double* partial = D::template scratch<double>(context, partial_size(layout.channels));
  sum_rows<D>(context, batch * layout.pixels(), layout.channels, partial,
              device::PixelTerm{x, device::index(layout.pixel_stride)}, device::Store<float>{sums});
}

}  // namespace graft::detail
