// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/tile_memory.hpp>

namespace graft::cuda {

/// Copies what a thread of a block has to copy for each step in depth, in `Parts` parts. Floats of the map
/// are copied `Width` at a time: 4 where pixels lie so that they can be, or 1. `Hardware` as TensorCores.
template <class Hardware, class Factor, class B, device::Index Width, device::Index Parts>
class TileCopier {
 public:
  /// Finds where the tile's rows begin; `memory` is then free again.
  GRAFT_DEVICE TileCopier(const device::Convolution<Factor>& c, device::Index first_row,
                          device::Index first_column, std::uint32_t memory)
      : c_{c}, column_{first_column + Hardware::thread() / chunks} {
    device::PatchRow* starts = Hardware::template pointer<device::PatchRow>(memory);
    static_assert(B::rows <= B::threads && B::rows * sizeof *starts <= Memory::size);
    const device::Index thread = Hardware::thread();  // each finds one, for all
    if (thread < B::rows) starts[thread] = device::patch_row(c.slide, c.rows, first_row + thread);
    Hardware::synchronize();
    GRAFT_UNROLL for (device::Index i = 0; i < rows; ++i) rows_[i] = starts[thread / lanes + i * rows_apart];
    Hardware::synchronize();
    tap_.advance(c.slide, thread % lanes * Width);
  }

  /// A whole step.
  GRAFT_DEVICE void copy(std::uint32_t stage, device::Index step) {
    unrolled<Parts>([&](auto part) { copy_part<part>(stage, step); });
  }
  /// A part of it: to be called for each, then for the next step.
  template <device::Index Part>
  GRAFT_DEVICE void copy_part(std::uint32_t stage, device::Index step) {
    const device::Index offset = tap_.offset(c_.slide);
    GRAFT_UNROLL for (device::Index i = Part; i < rows; i += Parts) Hardware::template copy_async<Width * 4>(
        ((stage + row_chunk_) ^ Memory::chunks(i * rows_apart % 8)) + i * rows_apart * Memory::row_bytes,
        c_.x + device::Index{rows_[i].offset + offset}, tap_.inside(c_.slide, rows_[i]));
    if constexpr (Part == Parts - 1) tap_.advance(c_.slide, B::depth);

    const device::Index first = step * B::depth + Hardware::thread() % chunks * per_chunk;
    GRAFT_UNROLL for (device::Index i = Part; i < columns; i += Parts) {
      if (B::columns * chunks % B::threads != 0 &&
          Hardware::thread() / chunks + i * columns_apart >= B::columns)
        break;
      const device::Index n = column_ + i * columns_apart;
      Hardware::template copy_async<16>(stage + column_chunk_ + i * columns_apart * Memory::column_bytes,
                                        c_.kernel + (std::size_t{n} * c_.depth + first),
                                        n < c_.slide.output.channels);
    }
  }

 private:
  using Memory = TileMemory<Factor, B>;
  static constexpr device::Index lanes = B::depth / Width;         // threads that copy a row
  static constexpr device::Index rows_apart = B::threads / lanes;  // that a thread copies of
  static constexpr device::Index rows = B::rows / rows_apart;
  static constexpr device::Index chunks = Memory::column_bytes / 16, columns_apart = B::threads / chunks;
  static constexpr device::Index per_chunk = 16 / sizeof(typename Factor::Stored);
  static constexpr device::Index columns = (B::columns + columns_apart - 1) / columns_apart;
  static_assert(rows * rows_apart == B::rows && columns_apart % 8 == 0);
  static_assert(rows_apart % 8 == 0 || 8 % rows_apart == 0);

  const device::Convolution<Factor>& c_;
  device::PatchRow rows_[rows];
  device::Tap tap_;
  device::Index column_;  // of the result, the first that the thread copies for
  // Where in a stage its first row and its first column go. The rows behind it are multiples of rows_apart
  // away, a power of two: they change the bits of a chunk's number that the first row leaves alone.
  std::uint32_t row_chunk_ =
      Memory::row_chunk(Hardware::thread() / lanes, Hardware::thread() % lanes * Width / 4) +
      Hardware::thread() % lanes * Width % 4 * 4;
  std::uint32_t column_chunk_ =
      Memory::column_chunk(Hardware::thread() / chunks, Hardware::thread() % chunks);
};

}  // namespace graft::cuda
