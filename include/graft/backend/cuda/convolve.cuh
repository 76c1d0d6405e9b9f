// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/convolve.hpp>
#include <graft/backend/cuda/launch.cuh>
#include <graft/backend/cuda/tensor_core.cuh>

#include <cstdint>
#include <utility>

namespace graft::cuda {

/// How a block of threads computes a tile: 4 warps, each a part of it.
template <device::Index Rows, device::Index Columns>
struct Block {
  static constexpr int rows = Rows, columns = Columns, threads = 128, stages = 3, depth = device::depth_step;
  static constexpr int warps_across = Columns == 32 ? 1 : 2;
  static constexpr int warp_rows = rows * warps_across / 4, warp_columns = columns / warps_across;
  static_assert(warp_rows % 16 == 0 && warp_columns % 16 == 0);
};

/// Shared memory of a block: `stages` steps in depth, rows and then columns of each. Chunks of 16 bytes
/// change places within a row, so that neither copies nor loads of matrices meet in a bank.
template <class Factor, class B>
struct Shared {
  using Stored = typename Factor::Stored;
  static constexpr int row_bytes = B::depth * sizeof(float), column_bytes = B::depth * sizeof(Stored);
  static constexpr int rows = B::rows * row_bytes, stage = rows + B::columns * column_bytes;
  static constexpr int size = B::stages * stage;

  __device__ static std::uint32_t row_chunk(int row, int chunk) {
    return row * row_bytes + ((chunk ^ (row & 7)) << 4);
  }
  __device__ static std::uint32_t column_chunk(int column, int chunk) {
    const int swapped = sizeof(Stored) == 4 ? chunk ^ (column & 7) : chunk ^ ((column >> 1) & 3);
    return rows + column * column_bytes + (swapped << 4);
  }
};

/// Copies what a thread of a block has to copy for each step in depth. Floats of the map are copied `Width`
/// at a time: 4 where pixels lie so that they can be, or 1.
template <class Factor, class B, int Width>
class Copier {
 public:
  __device__ Copier(const device::Convolution<Factor>& c, device::Index first_row, device::Index first_column)
      : c_{c}, first_column_{first_column} {
#pragma unroll
    for (int i = 0; i < rows; ++i) rows_[i] = device::patch_row(c.slide, c.rows, first_row + row(i));
    tap_.advance(c.slide, lane() * Width);
  }

  /// To be called for one step after the other.
  __device__ void copy(std::uint32_t stage, int step) {
    const device::Index offset = tap_.offset(c_.slide);
#pragma unroll
    for (int i = 0; i < rows; ++i) {
      const bool inside = tap_.inside(c_.slide, rows_[i]);
      const float* from = c_.x + (inside ? device::Index{rows_[i].offset + offset} : 0);
      const int first = lane() * Width;
      copy_async<Width * 4>(stage + Memory::row_chunk(row(i), first / 4) + first % 4 * 4, from, inside);
    }
    tap_.advance(c_.slide, B::depth);

#pragma unroll
    for (int i = 0; i < columns; ++i) {
      const int chunk = threadIdx.x % chunks, column = threadIdx.x / chunks + i * (B::threads / chunks);
      const device::Index n = first_column_ + column;
      const bool inside = n < c_.slide.output.channels;
      const auto* from =
          c_.kernel + (inside ? std::size_t{n} * c_.depth + step * B::depth + chunk * per_chunk : 0);
      copy_async<16>(stage + Memory::column_chunk(column, chunk), from, inside);
    }
  }

 private:
  using Memory = Shared<Factor, B>;
  static constexpr int lanes = B::depth / Width;  // threads that copy a row
  static constexpr int rows = B::rows * lanes / B::threads;
  static constexpr int chunks = Memory::column_bytes / 16, per_chunk = 16 / sizeof(typename Factor::Stored);
  static constexpr int columns = B::columns * chunks / B::threads;

  __device__ static int lane() { return threadIdx.x % lanes; }
  __device__ static int row(int i) { return threadIdx.x / lanes + i * (B::threads / lanes); }

  const device::Convolution<Factor>& c_;
  device::PatchRow rows_[rows];
  device::Tap tap_;
  device::Index first_column_;
};

/// A tile of a convolution. Blocks of the same rows follow each other, so that they find them in the cache.
template <class Factor, class B, int Width>
__launch_bounds__(B::threads, 2) __global__
    void convolve_tile(const __grid_constant__ device::Convolution<Factor> c) {
#if __CUDA_ARCH__ >= 800
  using Memory = Shared<Factor, B>;
  using Parts = Fragments<Factor>;
  extern __shared__ __align__(128) unsigned char shared[];
  const std::uint32_t memory = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
  const device::Index across = (c.slide.output.channels + B::columns - 1) / B::columns;
  const device::Index first_row = blockIdx.x / across * B::rows,
                      first_column = blockIdx.x % across * B::columns;
  const int steps = c.depth / B::depth;

  Copier<Factor, B, Width> copier{c, first_row, first_column};
#pragma unroll
  for (int step = 0; step < B::stages - 1; ++step) {
    if (step < steps) copier.copy(memory + step * Memory::stage, step);
    close_copies();
  }

  constexpr int tall = B::warp_rows / 16, wide = B::warp_columns / 8;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int row = warp / B::warps_across * B::warp_rows, column = warp % B::warps_across * B::warp_columns;
  float sums[tall][wide][4] = {};
  for (int step = 0; step < steps; ++step) {
    wait_for_copies<B::stages - 2>();
    __syncthreads();
    const int next = step + B::stages - 1;
    if (next < steps) copier.copy(memory + next % B::stages * Memory::stage, next);
    close_copies();

    const std::uint32_t stage = memory + step % B::stages * Memory::stage;
#pragma unroll
    for (int k = 0; k < B::depth / Parts::depth; ++k) {
      std::uint32_t rows[tall][4], columns[wide / 2][4];
#pragma unroll
      for (int i = 0; i < tall; ++i) {
        typename Parts::Rows loaded;
#pragma unroll
        for (int part = 0; part < Parts::depth / 8; ++part)
          load_matrices(loaded[part], stage + Memory::row_chunk(row + 16 * i + lane % 16,
                                                                k * Parts::depth / 4 + 2 * part + lane / 16));
        Parts::round(loaded, rows[i]);
      }
#pragma unroll
      for (int j = 0; j < wide / 2; ++j)
        load_matrices(columns[j], stage + Memory::column_chunk(column + 16 * j + lane / 16 * 8 + lane % 8,
                                                               2 * k + lane / 8 % 2));
#pragma unroll
      for (int i = 0; i < tall; ++i)
#pragma unroll
        for (int j = 0; j < wide; ++j) Parts::multiply(sums[i][j], rows[i], columns[j / 2] + j % 2 * 2);
    }
  }

  const device::Map& output = c.slide.output;
#pragma unroll
  for (int j = 0; j < wide; ++j)
#pragma unroll
    for (int part = 0; part < 2; ++part) {
      const device::Index n = first_column + column + 8 * j + lane % 4 * 2 + part;
      if (n >= output.channels) continue;
      const float bias = c.bias == nullptr ? 0.0f : c.bias[n];
#pragma unroll
      for (int i = 0; i < tall; ++i)
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          const device::Index m = first_row + row + 16 * i + lane / 4 + 8 * half;
          const float sum = sums[i][j][2 * half + part] + bias;
          if (m < c.rows) c.y[std::size_t{m} * output.stride + n] = c.relu ? activate(Relu{}, sum) : sum;
        }
    }
#endif
}

/// Calls f(Block) for the block of a tile.
template <class F, std::size_t... I>
void visit_block(const device::Tile& tile, F&& f, std::index_sequence<I...>) {
  (void)((tile == device::tiles[I] && (f(Block<device::tiles[I].rows, device::tiles[I].columns>{}), true)) ||
         ...);
}

inline int attribute(cudaDeviceAttr what) {
  int device = 0, value = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&value, what, device), "cudaDeviceGetAttribute");
  return value;
}

template <class Factor, class B, int Width>
void launch_tiles(cudaStream_t stream, const device::Convolution<Factor>& c) {
  constexpr int memory = Shared<Factor, B>::size;
  const auto kernel = convolve_tile<Factor, B, Width>;
  check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, memory),
        "cudaFuncSetAttribute");
  const device::Index down = (c.rows + B::rows - 1) / B::rows;
  const device::Index across = (c.slide.output.channels + B::columns - 1) / B::columns;
  kernel<<<down * across, B::threads, memory, stream>>>(c);
  check(cudaGetLastError(), "launch of a convolution");
}

template <class Factor>
void convolve(cudaStream_t stream, const device::Convolution<Factor>& c) {
  const device::Map &input = c.slide.input, &output = c.slide.output;
  if (attribute(cudaDevAttrComputeCapabilityMajor) < 8)
    return launch(stream, c.rows * output.channels, device::ConvolveValue<Factor>{c});
  const bool four_at_a_time =
      input.channels % 4 == 0 && input.stride % 4 == 0 && reinterpret_cast<std::uintptr_t>(c.x) % 16 == 0;
  if (!four_at_a_time) return launch_tiles<Factor, Block<128, 32>, 1>(stream, c);
  const auto multiprocessors = static_cast<device::Index>(attribute(cudaDevAttrMultiProcessorCount));
  visit_block(
      device::best_tile(c.rows, output.channels, multiprocessors),
      [&]<class B>(B) { launch_tiles<Factor, B, 4>(stream, c); },
      std::make_index_sequence<std::size(device::tiles)>{});
}

}  // namespace graft::cuda
