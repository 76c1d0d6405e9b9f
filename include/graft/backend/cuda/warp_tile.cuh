// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/tensor_core.cuh>
#include <graft/backend/device/kernels/implicit_gemm.hpp>

#include <cstdint>

namespace graft::cuda {

/// How a block of threads computes a tile: warps, each a part of it. Shared memory has room for some steps in
/// depth, so that the next ones are copied while one is computed.
template <device::Index Rows, device::Index Columns>
struct Block {
  static constexpr int rows = Rows, columns = Columns, stages = 3, depth = device::depth_step;
  static constexpr int warps = Rows * Columns >= 8192 ? 8 : 4, threads = 32 * warps;
  static constexpr int warps_across = Columns == 32 ? 1 : 2;
  static constexpr int warp_rows = rows * warps_across / warps, warp_columns = columns / warps_across;
  static_assert(warp_rows % 16 == 0 && warp_columns % 16 == 0);
};

/// Shared memory of a block: of each step in depth the rows, as floats, and then the columns, as they are
/// stored. Chunks of 16 bytes change places within a row, so that neither copies nor loads of matrices meet
/// in a bank.
template <class Factor, class B>
struct Shared {
  using Stored = typename Factor::Stored;
  static constexpr int row_bytes = B::depth * sizeof(float), column_bytes = B::depth * sizeof(Stored);
  static constexpr int rows = B::rows * row_bytes, stage = rows + B::columns * column_bytes;
  static constexpr int size = B::stages * stage;

  __device__ static std::uint32_t row_chunk(int row, int chunk) {
    return row * row_bytes + ((chunk ^ (row & 7)) << 4);
  }
  __device__ static std::uint32_t column_chunk(int column, int chunk) {
    const int swapped = sizeof(Stored) == 4 ? chunk ^ (column & 7) : chunk ^ ((column >> 1) & 3);
    return rows + column * column_bytes + (swapped << 4);
  }
};

/// A warp's part of a tile: its sums.
template <class Factor, class B>
class WarpTile {
 public:
  static constexpr int tall = B::warp_rows / 16, wide = B::warp_columns / 8;
  using Parts = Fragments<Factor>;

  /// What a warp multiplies at a time, as it lies in shared memory.
  struct Loaded {
    typename Parts::Rows rows[tall];
    std::uint32_t columns[wide / 2][4];
  };

  /// The k-th of a step.
  __device__ static void load(Loaded& to, std::uint32_t stage, int k) {
#pragma unroll
    for (int i = 0; i < tall; ++i)
#pragma unroll
      for (int part = 0; part < Parts::depth / 8; ++part)
        load_matrices(to.rows[i][part],
                      stage + Memory::row_chunk(row() + 16 * i + lane() % 16,
                                                k * Parts::depth / 4 + 2 * part + lane() / 16));
#pragma unroll
    for (int j = 0; j < wide / 2; ++j)
      load_matrices(to.columns[j],
                    stage + Memory::column_chunk(column() + 16 * j + lane() / 16 * 8 + lane() % 8,
                                                 2 * k + lane() / 8 % 2));
  }

  __device__ void multiply(const Loaded& from) {
#pragma unroll
    for (int i = 0; i < tall; ++i) {
      std::uint32_t rows[4];
      Parts::round(from.rows[i], rows);
#pragma unroll
      for (int j = 0; j < wide; ++j) Parts::multiply(sums_[i][j], rows, from.columns[j / 2] + j % 2 * 2);
    }
  }

  __device__ void store(const device::Convolution<Factor>& c, device::Index first_row,
                        device::Index first_column) const {
    const device::Map& output = c.slide.output;
#pragma unroll
    for (int j = 0; j < wide; ++j)
#pragma unroll
      for (int part = 0; part < 2; ++part) {
        const device::Index n = first_column + column() + 8 * j + lane() % 4 * 2 + part;
        if (n >= output.channels) continue;
        const float bias = c.bias == nullptr ? 0.0f : c.bias[n];
#pragma unroll
        for (int i = 0; i < tall; ++i)
#pragma unroll
          for (int half = 0; half < 2; ++half) {
            const device::Index m = first_row + row() + 16 * i + lane() / 4 + 8 * half;
            const float sum = sums_[i][j][2 * half + part] + bias;
            if (m < c.rows) c.y[std::size_t{m} * output.stride + n] = c.relu ? activate(Relu{}, sum) : sum;
          }
      }
  }

 private:
  using Memory = Shared<Factor, B>;

  __device__ static int lane() { return threadIdx.x % 32; }
  __device__ static int row() { return threadIdx.x / 32 / B::warps_across * B::warp_rows; }
  __device__ static int column() { return threadIdx.x / 32 % B::warps_across * B::warp_columns; }

  float sums_[tall][wide][4] = {};
};

}  // namespace graft::cuda
