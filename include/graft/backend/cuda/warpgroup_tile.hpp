// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/tile_memory.hpp>
#include <graft/backend/cuda/tile_sums.hpp>

namespace graft::cuda {

/// A warp's part of a tile where four warps multiply together: 16 rows, which it has in registers, by all
/// columns of the tile, which the products read from shared memory themselves. `Hardware` as WarpgroupCores.
template <class Hardware, class Factor, class B>
class WarpgroupTile {
 public:
  static constexpr device::Index parts = 1;

  GRAFT_DEVICE WarpgroupTile(const device::Convolution<Factor>& c, device::Index first_row,
                             device::Index first_column)
      : sums_{c, first_row + row(), first_column, Hardware::thread() % 32} {}

  /// Adds a step's products. `meanwhile` is called once, while they are computed.
  template <class Meanwhile>
  GRAFT_DEVICE void multiply(std::uint32_t stage, Meanwhile&& meanwhile) {
    std::uint32_t rows[products][4];
    GRAFT_UNROLL for (device::Index k = 0; k < products; ++k) {
      typename Parts::Rows loaded;
      GRAFT_UNROLL for (device::Index part = 0; part < Parts::depth / 8; ++part) Hardware::load_matrices(
          loaded[part], (stage + rows_) ^ Memory::chunks(k * Parts::depth / 4 + 2 * part));
      Parts::round(loaded, rows[k]);
    }
    Hardware::open_products();
    GRAFT_UNROLL for (device::Index k = 0; k < products; ++k) Parts::template multiply<wide>(
        sums_.values[0], rows[k], stage + Memory::rows + Memory::chunks(2 * k));
    Hardware::close_products();
    meanwhile(std::integral_constant<device::Index, 0>{});
    Hardware::wait_for_products(sums_.values[0]);
  }

  GRAFT_DEVICE void write() const { sums_.write(); }

 private:
  using Memory = TileMemory<Factor, B>;
  using Parts = typename Hardware::template WarpgroupFragments<Factor>;
  static constexpr device::Index wide = B::columns / 8, products = B::depth / Parts::depth;

  GRAFT_DEVICE static device::Index row() { return Hardware::thread() / 32 * 16; }

  // Where in a stage the lane loads from, of the first chunks of the warp's rows: `multiply` changes the
  // numbers of these chunks by even ones.
  std::uint32_t rows_ = Memory::row_chunk(row() + Hardware::thread() % 16, Hardware::thread() % 32 / 16);
  TileSums<Factor, 1, wide> sums_;
};

}  // namespace graft::cuda
