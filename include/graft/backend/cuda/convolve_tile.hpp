// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/tile_copier.hpp>
#include <graft/backend/cuda/warp_tile.hpp>

#include <type_traits>
#include <utility>

namespace graft::cuda {

/// f(std::integral_constant<device::Index, I>) for each I below N.
template <device::Index N, class F>
GRAFT_DEVICE void unrolled(F&& f) {
  [&]<device::Index... I>(std::integer_sequence<device::Index, I...>) {
    (f(std::integral_constant<device::Index, I>{}), ...);
  }
  (std::make_integer_sequence<device::Index, N>{});
}

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

/// A tile of a convolution, by a block of threads. While a step is multiplied its next matrices are loaded,
/// and the steps behind it copied. `Hardware` as in WarpTile.
template <class Hardware, class Factor, class B, device::Index Width>
GRAFT_DEVICE void convolve_tile(const device::Convolution<Factor>& c) {
  using Memory = TileMemory<Factor, B>;
  using Warp = WarpTile<Hardware, Factor, B>;
  constexpr device::Index parts = B::depth / Warp::Parts::depth;
  const device::Index across = blocks_across<B>(c), number = Hardware::number();
  const device::Index first_row = number / across * B::rows, first_column = number % across * B::columns;
  const device::Index steps = c.depth / B::depth;
  const std::uint32_t memory = Hardware::memory(), end = memory + Memory::size;
  const auto next_stage = [&](std::uint32_t stage) {
    return stage + Memory::stage == end ? memory : stage + Memory::stage;
  };

  TileCopier<Hardware, Factor, B, Width, parts> copier{c, first_row, first_column, memory};
  std::uint32_t copied = memory, multiplied = memory;  // stages
  GRAFT_UNROLL for (device::Index step = 0; step < B::stages - 1; ++step) {
    if (step < steps) unrolled<parts>([&](auto part) { copier.template copy<part>(copied, step); });
    Hardware::close_copies();
    copied = next_stage(copied);
  }
  Hardware::template wait_for_copies<B::stages - 2>();
  Hardware::synchronize();

  Warp warp;
  typename Warp::Loaded loaded[2];
  warp.load(loaded[0], multiplied, 0);
  for (device::Index step = 0; step < steps; ++step) {
    const device::Index next = step + B::stages - 1;
    unrolled<parts>([&](auto part) {
      if (next < steps) copier.template copy<part>(copied, next);
      if constexpr (part == parts - 1) {
        Hardware::close_copies();
        Hardware::template wait_for_copies<B::stages - 2>();
        Hardware::synchronize();
        copied = next_stage(copied);
        multiplied = next_stage(multiplied);
        warp.load(loaded[(part + 1) % 2], multiplied, 0);
      } else {
        warp.load(loaded[(part + 1) % 2], multiplied, part + 1);
      }
      warp.multiply(loaded[part % 2]);
    });
  }
  warp.store(c, first_row, first_column);
}

}  // namespace graft::cuda
