// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/convolve.hpp>
#include <graft/backend/cuda/launch.cuh>
#include <graft/backend/cuda/tile_copier.cuh>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace graft::cuda {

/// f(std::integral_constant<int, I>) for each I below N.
template <int N, class F>
__device__ void unrolled(F&& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) { (f(std::integral_constant<int, I>{}), ...); }
  (std::make_integer_sequence<int, N>{});
}

/// A tile of a convolution. Blocks of the same rows follow each other, so that they find them in the cache.
/// While a step is multiplied its next matrices are loaded, and the steps behind it copied.
template <class Factor, class B, int Width>
__launch_bounds__(B::threads) __global__
    void convolve_tile(const __grid_constant__ device::Convolution<Factor> c) {
#if __CUDA_ARCH__ >= 800
  using Memory = Shared<Factor, B>;
  using Warp = WarpTile<Factor, B>;
  constexpr int parts = B::depth / Warp::Parts::depth;
  extern __shared__ __align__(128) unsigned char shared[];
  const std::uint32_t memory = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
  const auto stage = [&](int step) { return memory + step % B::stages * Memory::stage; };
  const device::Index across = (c.slide.output.channels + B::columns - 1) / B::columns;
  const device::Index first_row = blockIdx.x / across * B::rows,
                      first_column = blockIdx.x % across * B::columns;
  const int steps = c.depth / B::depth;

  TileCopier<Factor, B, Width, parts> copier{c, first_row, first_column};
#pragma unroll
  for (int step = 0; step < B::stages - 1; ++step) {
    if (step < steps) unrolled<parts>([&](auto part) { copier.template copy<part>(stage(step), step); });
    close_copies();
  }
  wait_for_copies<B::stages - 2>();
  __syncthreads();

  Warp warp;
  typename Warp::Loaded loaded[2];
  Warp::load(loaded[0], stage(0), 0);
  for (int step = 0; step < steps; ++step) {
    const int next = step + B::stages - 1;
    unrolled<parts>([&](auto part) {
      if (next < steps) copier.template copy<part>(stage(next), next);
      if constexpr (part == parts - 1) {
        close_copies();
        wait_for_copies<B::stages - 2>();
        __syncthreads();
        Warp::load(loaded[(part + 1) % 2], stage(step + 1), 0);
      } else {
        Warp::load(loaded[(part + 1) % 2], stage(step), part + 1);
      }
      warp.multiply(loaded[part % 2]);
    });
  }
  warp.store(c, first_row, first_column);
#endif
}

/// Calls f(Block) for the block of a tile.
template <class F, std::size_t... I>
void visit_block(const device::Tile& tile, F&& f, std::index_sequence<I...>) {
  (void)((tile == device::tiles[I] && (f(Block<device::tiles[I].rows, device::tiles[I].columns>{}), true)) ||
         ...);
}

inline int device_attribute(cudaDeviceAttr what) {
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
  const device::Index columns = c.slide.output.channels;
  if (device_attribute(cudaDevAttrComputeCapabilityMajor) < 8)
    return launch(stream, c.rows * columns, device::ConvolveValue<Factor>{c});
  if (!device::in_fours(c.slide.input, c.x)) return launch_tiles<Factor, Block<64, 32>, 1>(stream, c);
  const auto multiprocessors = static_cast<device::Index>(device_attribute(cudaDevAttrMultiProcessorCount));
  visit_block(
      device::best_tile(c.rows, columns, multiprocessors),
      [&]<class B>(B) { launch_tiles<Factor, B, 4>(stream, c); },
      std::make_index_sequence<std::size(device::tiles)>{});
}

}  // namespace graft::cuda
