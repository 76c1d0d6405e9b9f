// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/implicit_gemm.hpp>

#include <cstdint>
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

/// How a block of threads computes a tile: a warp for 16 of its rows. Shared memory has room for some steps
/// in depth, so that the next ones are copied while one is computed.
template <device::Index Rows, device::Index Columns>
struct Block {
  static constexpr device::Index rows = Rows, columns = Columns, stages = 3, depth = device::depth_step;
  static constexpr device::Index warps = rows / 16, threads = 32 * warps;
  static_assert(warps % 4 == 0 && columns % 32 == 0);
};

/// Shared memory of a block: stages, one for a step in depth, each the step's rows as floats and then its
/// columns as they are stored, in chunks of 16 bytes. Chunks change places within a row, so that neither
/// copies nor loads of matrices meet in a bank.
template <class Factor, class B>
struct TileMemory {
  using Stored = typename Factor::Stored;
  static constexpr std::uint32_t row_bytes = B::depth * sizeof(float),
                                 column_bytes = B::depth * sizeof(Stored);
  static constexpr std::uint32_t rows = B::rows * row_bytes, stage = rows + B::columns * column_bytes;
  static constexpr std::uint32_t size = B::stages * stage;
  /// Stages and their halves begin at multiples of it, so that a chunk's number is bits of its address: chunk
  /// c ^ d of a row lies at the address of chunk c, ^ chunks(d). Products that read shared memory themselves
  /// expect rows in eights at multiples of it.
  static constexpr std::uint32_t alignment = 1024;
  static_assert(stage % alignment == 0 && rows % alignment == 0);

  static constexpr std::uint32_t chunks(std::uint32_t count) { return count << 4; }

  /// Places in a stage. They are the same, but for the rows between, of rows that are a multiple of 8 apart.
  static constexpr std::uint32_t row_chunk(std::uint32_t row, std::uint32_t chunk) {
    return row * row_bytes + chunks(chunk ^ (row & 7));
  }
  static constexpr std::uint32_t column_chunk(std::uint32_t column, std::uint32_t chunk) {
    return rows + column * column_bytes +
           chunks(sizeof(Stored) == 4 ? chunk ^ (column & 7) : chunk ^ ((column >> 1) & 3));
  }
};

}  // namespace graft::cuda
