// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/tile_memory.hpp>

namespace graft::cuda {

/// A warp's part of a tile: its sums. `Hardware` is what threads of a block do together, as TensorCores.
template <class Hardware, class Factor, class B>
class WarpTile {
 public:
  static constexpr device::Index tall = B::warp_rows / 16, wide = B::warp_columns / 8;
  using Parts = typename Hardware::template Fragments<Factor>;

  /// What a warp multiplies at a time, as it lies in shared memory.
  struct Loaded {
    typename Parts::Rows rows[tall];
    std::uint32_t columns[wide / 2][4];
  };

  /// The k-th of a step.
  GRAFT_DEVICE void load(Loaded& to, std::uint32_t stage, device::Index k) const {
    GRAFT_UNROLL for (device::Index part = 0; part < Parts::depth / 8; ++part) {
      const std::uint32_t from = (stage + rows_) ^ Memory::chunks(k * Parts::depth / 4 + 2 * part);
      GRAFT_UNROLL for (device::Index i = 0; i < tall; ++i)
          Hardware::load_matrices(to.rows[i][part], from + 16 * i * Memory::row_bytes);
    }
    const std::uint32_t from = (stage + columns_) ^ Memory::chunks(2 * k);
    GRAFT_UNROLL for (device::Index j = 0; j < wide / 2; ++j)
        Hardware::load_matrices(to.columns[j], from + 16 * j * Memory::column_bytes);
  }

  GRAFT_DEVICE void multiply(const Loaded& from) {
    GRAFT_UNROLL for (device::Index i = 0; i < tall; ++i) {
      std::uint32_t rows[4];
      Parts::round(from.rows[i], rows);
      GRAFT_UNROLL for (device::Index j = 0; j < wide; ++j)
          Parts::multiply(sums_[i][j], rows, from.columns[j / 2] + j % 2 * 2);
    }
  }

  GRAFT_DEVICE void store(const device::Convolution<Factor>& c, device::Index first_row,
                          device::Index first_column) const {
    const device::Map& output = c.slide.output;
    GRAFT_UNROLL for (device::Index j = 0; j < wide; ++j)
        GRAFT_UNROLL for (device::Index part = 0; part < 2; ++part) {
      const device::Index n = first_column + column() + 8 * j + lane() % 4 * 2 + part;
      if (n >= output.channels) continue;
      const float bias = c.bias == nullptr ? 0.0f : c.bias[n];
      GRAFT_UNROLL for (device::Index i = 0; i < tall; ++i)
          GRAFT_UNROLL for (device::Index half = 0; half < 2; ++half) {
        const device::Index m = first_row + row() + 16 * i + lane() / 4 + 8 * half;
        const float sum = sums_[i][j][2 * half + part] + bias;
        if (m < c.rows) c.y[std::size_t{m} * output.stride + n] = c.relu ? activate(Relu{}, sum) : sum;
      }
    }
  }

 private:
  using Memory = TileMemory<Factor, B>;

  GRAFT_DEVICE static device::Index lane() { return Hardware::thread() % 32; }
  GRAFT_DEVICE static device::Index row() { return Hardware::thread() / 32 / B::warps_across * B::warp_rows; }
  GRAFT_DEVICE static device::Index column() {
    return Hardware::thread() / 32 % B::warps_across * B::warp_columns;
  }

  // Where in a stage the lane loads from, of the first chunks of the warp's first rows and columns. `load`
  // changes the numbers of these chunks by even ones: the lowest bit, which is the lane's own, stays.
  std::uint32_t rows_ = Memory::row_chunk(row() + lane() % 16, lane() / 16);
  std::uint32_t columns_ = Memory::column_chunk(column() + lane() / 16 * 8 + lane() % 8, lane() / 8 % 2);
  float sums_[tall][wide][4] = {};
};

}  // namespace graft::cuda
