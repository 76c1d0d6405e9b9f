// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/tile_copier.hpp>

namespace graft::cuda {

/// Blocks that a convolution takes: of the same rows one after the other, so that they find them in the
/// cache.
template <class B, class Factor>
constexpr device::Index blocks_across(const device::Convolution<Factor>& c) {
  return (c.slide.output.channels + B::columns - 1) / B::columns;
}
template <class B, class Factor>
constexpr device::Index blocks_of(const device::Convolution<Factor>& c) {
  return (c.rows + B::rows - 1) / B::rows * blocks_across<B>(c);
}

/// A tile of a convolution, by a block of threads. While a step is multiplied, the steps behind it are
/// copied. `Hardware` is what threads of a block do together, and how they multiply: TensorCores or
/// WarpgroupCores.
template <class Hardware, class Factor, class B, device::Index Width>
GRAFT_DEVICE void convolve_tile(const device::Convolution<Factor>& c) {
  using Memory = TileMemory<Factor, B>;
  using Tile = typename Hardware::template Tile<Factor, B>;
  const device::Index across = blocks_across<B>(c), number = Hardware::number();
  const device::Index first_row = number / across * B::rows, first_column = number % across * B::columns;
  const device::Index steps = c.depth / B::depth;
  const std::uint32_t memory = Hardware::memory(), end = memory + Memory::size;
  const auto next_stage = [&](std::uint32_t stage) {
    return stage + Memory::stage == end ? memory : stage + Memory::stage;
  };

  TileCopier<Hardware, Factor, B, Width, Tile::parts> copier{c, first_row, first_column, memory};
  std::uint32_t copied = memory, multiplied = memory;  // stages
  GRAFT_UNROLL for (device::Index step = 0; step < B::stages - 1; ++step) {
    if (step < steps) copier.copy(copied, step);
    Hardware::close_copies();
    copied = next_stage(copied);
  }

  Tile tile{c, first_row, first_column};
  for (device::Index step = 0; step < steps; ++step) {
    Hardware::template wait_for_copies<B::stages - 2>();
    Hardware::synchronize();  // now all have been copied, and the stage before is free
    const device::Index next = step + B::stages - 1;
    tile.multiply(multiplied, [&](auto part) {
      if (next < steps) copier.template copy_part<part>(copied, next);
    });
    Hardware::close_copies();
    copied = next_stage(copied);
    multiplied = next_stage(multiplied);
  }
  tile.write();
}

}  // namespace graft::cuda
