// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/tile_memory.hpp>
#include <graft/backend/cuda/tile_sums.hpp>

namespace graft::cuda {

/// A warp's part of a tile where each warp multiplies by itself, from registers. Two warps share 32 rows, and
/// each has half of the columns, unless there are but 32. `Hardware` as TensorCores.
template <class Hardware, class Factor, class B>
class WarpTile {
 public:
  using Fragments = typename Hardware::template Fragments<Factor>;
  static constexpr device::Index parts = B::depth / Fragments::depth;

  GRAFT_DEVICE WarpTile(const device::Convolution<Factor>& c, device::Index first_row,
                        device::Index first_column)
      : sums_{c, first_row + row(), first_column + column(), lane()} {}

  /// Adds a step's products in parts, each loaded while the one before is multiplied. `meanwhile` is called
  /// once in each of them.
  template <class Meanwhile>
  GRAFT_DEVICE void multiply(std::uint32_t stage, Meanwhile&& meanwhile) {
    Loaded loaded[2];
    load(loaded[0], stage, 0);
    unrolled<parts>([&](auto part) {
      meanwhile(part);
      if constexpr (part + 1 < parts) load(loaded[(part + 1) % 2], stage, part + 1);
      multiply(loaded[part % 2]);
    });
  }

  GRAFT_DEVICE void write() const { sums_.write(); }

 private:
  using Memory = TileMemory<Factor, B>;
  static constexpr device::Index across = B::columns == 32 ? 1 : 2, tall = across,
                                 wide = B::columns / across / 8;
  static_assert(wide % 2 == 0);

  /// What a warp multiplies at a time, as it lies in shared memory.
  struct Loaded {
    typename Fragments::Rows rows[tall];
    std::uint32_t columns[wide / 2][4];
  };

  /// The k-th of a step.
  GRAFT_DEVICE void load(Loaded& to, std::uint32_t stage, device::Index k) const {
    GRAFT_UNROLL for (device::Index part = 0; part < Fragments::depth / 8; ++part) {
      const std::uint32_t from = (stage + rows_) ^ Memory::chunks(k * Fragments::depth / 4 + 2 * part);
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
      Fragments::round(from.rows[i], rows);
      GRAFT_UNROLL for (device::Index j = 0; j < wide; ++j)
          Fragments::multiply(sums_.values[i][j], rows, from.columns[j / 2] + j % 2 * 2);
    }
  }

  GRAFT_DEVICE static device::Index lane() { return Hardware::thread() % 32; }
  GRAFT_DEVICE static device::Index row() { return Hardware::thread() / 32 / across * (16 * tall); }
  GRAFT_DEVICE static device::Index column() { return Hardware::thread() / 32 % across * (8 * wide); }

  // Where in a stage the lane loads from, of the first chunks of the warp's first rows and columns. `load`
  // changes the numbers of these chunks by even ones: the lowest bit, which is the lane's own, stays.
  std::uint32_t rows_ = Memory::row_chunk(row() + lane() % 16, lane() / 16);
  std::uint32_t columns_ = Memory::column_chunk(column() + lane() / 16 * 8 + lane() % 8, lane() / 8 % 2);
  TileSums<Factor, tall, wide> sums_;
};

}  // namespace graft::cuda
