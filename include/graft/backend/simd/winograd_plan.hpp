// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/tile.hpp>

#include <algorithm>

namespace graft::detail::simd {

/// How the work of a convolution by Winograd's algorithm is divided.
struct WinogradPlan {
  std::size_t columns;       ///< tiles in a row of the map
  Division groups;           ///< of tiles
  Division blocks;           ///< of vectors of output channels
  std::size_t pixels;        ///< of a register tile, here tiles of the map
  std::size_t input_size;    ///< floats of scratch for the transformed tiles of a group
  std::size_t product_size;  ///< and for its products with a block
  double cost;               ///< of one image, in units of step_cost

  /// One if all blocks have as many vectors, else two.
  constexpr std::size_t kinds_of_block() const { return blocks.larger > 0 ? 2 : 1; }
};

/// Floats of scratch that a group uses: as many as leave room for weights in a second-level cache.
inline constexpr std::size_t winograd_scratch = 100'000;

/// The division that makes the products cheapest, for pixels of `depth` floats. Groups and blocks that
/// threads share are many or even in number, and cost the same as nearly as may be.
constexpr WinogradPlan plan_winograd(std::size_t depth, const ImageLayout& output, std::size_t tile_height,
                                     std::size_t tile_width, std::size_t points) {
  const std::size_t columns = divide_up(output.width, tile_width);
  const std::size_t tiles = divide_up(output.height, tile_height) * columns;
  const std::size_t vectors = vectors_of(output.channels);
  // Cycles that a vector takes in a transformation, for each point.
  const double transform = 8.0 * static_cast<double>(tiles * (vectors_of(depth) + vectors));
  WinogradPlan best{};
  for (std::size_t width = 1; width <= 4 && most_pixels(width) > 0; ++width) {
    const Division blocks = divide(vectors, divide_up(vectors, width));
    const std::size_t most = blocks.length(0);
    const std::size_t fitting = winograd_scratch / (points * (depth + most * lanes));
    std::size_t groups = divide_up(tiles, std::max<std::size_t>(fitting, 1));
    if (groups > 1) groups = std::min(divide_up(groups, 4) * 4, tiles);
    // Two threads then transform no tile twice.
    if (groups == 1 && tiles >= 16 && points * depth * vectors * lanes <= cached_weights) groups = 2;
    const std::size_t in_group = divide_up(tiles, groups);
    const std::size_t register_tiles = divide_up(in_group, most_pixels(most));
    const std::size_t pixels = std::min(divide_up(in_group, register_tiles), tiles / groups);
    double step = 0.0;  // of all products of a point
    for (std::size_t b = 0; b < blocks.count; ++b)
      step +=
          static_cast<double>(divide_up(in_group, pixels) * groups) * step_cost({pixels, blocks.length(b)});
    // An odd block leaves one of two threads without work.
    if (groups == 1)
      step *= static_cast<double>(divide_up(blocks.count, 2) * 2) / static_cast<double>(blocks.count);
    const double cost = static_cast<double>(points) * (static_cast<double>(depth) * step + transform);
    if (best.columns == 0 || cost < best.cost)
      best = {columns, divide(tiles, groups),     blocks,
              pixels,  points * in_group * depth, points * in_group * most * lanes,
              cost};
  }
  return best;
}

}  // namespace graft::detail::simd
