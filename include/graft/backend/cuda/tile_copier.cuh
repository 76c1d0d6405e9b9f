// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/warp_tile.cuh>

namespace graft::cuda {

/// Copies what a thread of a block has to copy for each step in depth, in `Parts` parts. Floats of the map
/// are copied `Width` at a time: 4 where pixels lie so that they can be, or 1.
template <class Factor, class B, int Width, int Parts>
class TileCopier {
 public:
  __device__ TileCopier(const device::Convolution<Factor>& c, device::Index first_row,
                        device::Index first_column)
      : c_{c}, first_column_{first_column} {
    __shared__ device::PatchRow starts[B::rows];  // each thread finds one, for all
    static_assert(B::rows <= B::threads);
    if (threadIdx.x < B::rows)
      starts[threadIdx.x] = device::patch_row(c.slide, c.rows, first_row + threadIdx.x);
    __syncthreads();
#pragma unroll
    for (int i = 0; i < rows; ++i) rows_[i] = starts[row(i)];
    tap_.advance(c.slide, lane() * Width);
  }

  /// To be called for each part, then for the next step.
  template <int Part>
  __device__ void copy(std::uint32_t stage, int step) {
    const device::Index offset = tap_.offset(c_.slide);
#pragma unroll
    for (int i = Part; i < rows; i += Parts) {
      const bool inside = tap_.inside(c_.slide, rows_[i]);
      const float* from = c_.x + (inside ? device::Index{rows_[i].offset + offset} : 0);
      const int first = lane() * Width;
      copy_async<Width * 4>(stage + Memory::row_chunk(row(i), first / 4) + first % 4 * 4, from, inside);
    }
    if constexpr (Part == Parts - 1) tap_.advance(c_.slide, B::depth);

#pragma unroll
    for (int i = Part; i < columns; i += Parts) {
      const int chunk = threadIdx.x % chunks, column = threadIdx.x / chunks + i * (B::threads / chunks);
      if (B::columns * chunks % B::threads != 0 && column >= B::columns) break;
      const device::Index n = first_column_ + column;
      const bool inside = n < c_.slide.output.channels;
      const auto* from =
          c_.kernel + (inside ? std::size_t{n} * c_.depth + step * B::depth + chunk * per_chunk : 0);
      copy_async<16>(stage + Memory::column_chunk(column, chunk), from, inside);
    }
  }

 private:
  using Memory = Shared<Factor, B>;
  static constexpr int lanes = B::depth / Width;  // threads that copy a row
  static constexpr int rows = B::rows * lanes / B::threads;
  static constexpr int chunks = Memory::column_bytes / 16, per_chunk = 16 / sizeof(typename Factor::Stored);
  static constexpr int columns = (B::columns * chunks + B::threads - 1) / B::threads;
  static_assert(rows * B::threads == B::rows * lanes);

  __device__ static int lane() { return threadIdx.x % lanes; }
  __device__ static int row(int i) { return threadIdx.x / lanes + i * (B::threads / lanes); }

  const device::Convolution<Factor>& c_;
  device::PatchRow rows_[rows];
  device::Tap tap_;
  device::Index first_column_;
};

}  // namespace graft::cuda
