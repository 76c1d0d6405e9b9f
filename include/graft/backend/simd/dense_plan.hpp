// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/tile.hpp>
#include <graft/backend/spec.hpp>

#include <algorithm>
#include <cstdint>

namespace graft::detail::simd {

/// How the weights of a fully connected layer, (inputs, units) as Keras has them, are divided: into blocks of
/// columns whose sums stay in registers, and into rows, which are read in the order in which they lie in
/// memory.
template <DenseSpec S>
struct DensePlan {
  static constexpr std::size_t block = 8 * lanes;  ///< columns at a time
  static constexpr std::size_t blocks = (S.units + block - 1) / block;
  static constexpr std::size_t last = S.units - (blocks - 1) * block;  ///< columns of the last block
  static constexpr std::size_t width =
      blocks == 1 ? vectors_of(S.units) * lanes : block;  ///< floats for a block
  /// Rows of weights for which a row of sums is fetched: 128 KB of them, in the second-level cache.
  static constexpr std::size_t depth = std::clamp<std::size_t>(32'768 / (blocks * width), 8, 64);
  /// Rows of weights that an optimizer moves before the next product takes them: of every image one cache
  /// line of inputs.
  static constexpr std::size_t step_depth = line;
  /// Rows are summed in groups, whatever the number of threads, so that sums are the same for all.
  static constexpr std::size_t groups = std::min<std::size_t>(16, (S.inputs + 15) / 16);
  /// Below this the weights are few and their rows too short for vectors.
  static constexpr bool suits = S.units >= lanes;

  /// f.operator()<Columns>(first column) for every block.
  template <class Function>
  static void for_each_block(Function&& f) {
    for (std::size_t b = 0; b + 1 < blocks; ++b) f.template operator()<block>(b * block);
    f.template operator()<last>((blocks - 1) * block);
  }
  /// f(first row, rows) for a group's rows, up to Depth at a time.
  template <std::size_t Depth, class Function>
  static void for_each_chunk(std::size_t group, Function&& f) {
    const std::size_t end = S.inputs * (group + 1) / groups;
    for (std::size_t row = S.inputs * group / groups; row < end; row += Depth)
      f(row, std::min(Depth, end - row));
  }

  /// A batch of rows of units block by block, (blocks, batch, width): in the order of Keras a block's rows
  /// would lie in the same few lines of a first-level cache.
  static constexpr std::size_t blocked_size(std::size_t batch) { return blocks * batch * width; }
  /// to (blocks, batch, width) = from (batch, units), and zeros behind the last.
  static void to_blocks(std::size_t batch, const float* from, float* to) {
    for_each_block([&]<std::size_t Columns>(std::size_t column) {
      for (std::size_t row = 0; row < batch; ++row, to += width) {
        std::copy_n(from + row * S.units + column, Columns, to);
        std::fill_n(to + Columns, width - Columns, 0.0f);
      }
    });
  }
  /// to (units) += row number `row` of from (blocks, batch, width).
  static void add_from_blocks(std::size_t batch, std::size_t row, const float* from, float* to) {
    for_each_block([&]<std::size_t Columns>(std::size_t column) {
      const float* of_block = from + column * batch + row * width;
      for (std::size_t c = 0; c < Columns; ++c) to[column + c] += of_block[c];
    });
  }
};

}  // namespace graft::detail::simd
