// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/vector.hpp>
#include <graft/backend/spec.hpp>

#include <array>

namespace graft::detail::simd {

/// A tile of a matrix product that stays in registers: `pixels` rows by `vectors` registers of columns.
struct Tile {
  std::size_t pixels, vectors;
};

/// Most pixels for a number of vectors: accumulators, the vectors of weights, and one broadcast value.
constexpr std::size_t most_pixels(std::size_t vectors) { return (registers - vectors - 1) / vectors; }

/// Cycles of one step of the inner loop, in units of a multiplication: whichever of the multiplications, the
/// loads and the latency of the accumulators takes longest.
constexpr double step_cost(Tile t) {
  const double multiplications = static_cast<double>(t.pixels * t.vectors);
  const double loads = static_cast<double>(t.vectors) + 0.6 * static_cast<double>(t.pixels);
  const double latency = 8.0;
  return multiplications > loads ? (multiplications > latency ? multiplications : latency)
                                 : (loads > latency ? loads : latency);
}

/// How a row of pixels is divided: in as few tiles as registers allow, of sizes that differ by one at most.
struct RowTiles {
  std::size_t count, size, larger;  ///< the first `larger` tiles have one pixel more than `size`

  constexpr std::size_t begin(std::size_t tile) const {
    return tile * size + (tile < larger ? tile : larger);
  }
  constexpr std::size_t pixels(std::size_t tile) const { return size + (tile < larger ? 1 : 0); }
};
constexpr RowTiles divide_row(std::size_t width, std::size_t vectors) {
  const std::size_t most = most_pixels(vectors), count = (width + most - 1) / most;
  return {count, width / count, width % count};
}

/// Columns of a row of tiles: vectors of channels, in blocks of `vectors`, the last of which may be smaller.
constexpr std::size_t vectors_of(std::size_t channels) { return (channels + lanes - 1) / lanes; }

/// The number of vectors in a block that makes a row of so many pixels cheapest.
constexpr std::size_t choose_vectors(std::size_t width, std::size_t channels) {
  std::size_t best = 1;
  double best_cost = 1e300;
  for (std::size_t vectors = 1; vectors <= 6 && most_pixels(vectors) > 0; ++vectors) {
    const RowTiles row = divide_row(width, vectors);
    double cost = 0.0;
    for (std::size_t left = vectors_of(channels); left > 0;) {
      const std::size_t block = left < vectors ? left : vectors;
      for (std::size_t t = 0; t < row.count; ++t) cost += step_cost({row.pixels(t), block});
      left -= block;
    }
    if (cost < best_cost) {
      best_cost = cost;
      best = vectors;
    }
  }
  return best;
}

}  // namespace graft::detail::simd
