// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/convolve.hpp>
#include <graft/backend/cuda/convolve_tile.hpp>
#include <graft/backend/cuda/launch.cuh>
#include <graft/backend/cuda/tensor_core.cuh>
#include <graft/backend/cuda/warpgroup_core.cuh>

#include <utility>

namespace graft::cuda {

/// A block of threads for each tile. What is compiled for GPUs before Ampere does nothing.
template <class Factor, class B, device::Index Width>
__launch_bounds__(B::threads) __global__
    void convolve_tiles(const __grid_constant__ device::Convolution<Factor> c) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
  convolve_tile<WarpgroupCores, Factor, B, Width>(c);
#elif __CUDA_ARCH__ >= 800
  convolve_tile<TensorCores, Factor, B, Width>(c);
#endif
}

/// Calls f(Block) for the block of a tile.
template <class F, std::size_t... I>
void visit_block(const device::Tile& tile, F&& f, std::index_sequence<I...>) {
  (void)((tile == device::tiles[I] && (f(Block<device::tiles[I].rows, device::tiles[I].columns>{}), true)) ||
         ...);
}

inline device::Index multiprocessors() {
  int device = 0, count = 0;
  check(cudaGetDevice(&device), "cudaGetDevice");
  check(cudaDeviceGetAttribute(&count, cudaDevAttrMultiProcessorCount, device), "cudaDeviceGetAttribute");
  return static_cast<device::Index>(count);
}

template <class Factor, class B, device::Index Width>
void launch_tiles(cudaStream_t stream, const device::Convolution<Factor>& c) {
  constexpr auto memory = TileMemory<Factor, B>::size;
  const auto kernel = convolve_tiles<Factor, B, Width>;
  check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, memory),
        "cudaFuncSetAttribute");
  kernel<<<blocks_of<B>(c), B::threads, memory, stream>>>(c);
  check(cudaGetLastError(), "launch of a convolution");
}

/// Whether the GPU runs code for Ampere or later: an older one's, which the driver may have compiled for it,
/// does nothing.
template <class Factor>
bool has_tiles() {
  cudaFuncAttributes attributes{};
  check(cudaFuncGetAttributes(&attributes, convolve_tiles<Factor, Block<64, 32>, 1>),
        "cudaFuncGetAttributes");
  return attributes.ptxVersion >= 80;
}

template <class Factor>
void convolve(cudaStream_t stream, const device::Convolution<Factor>& c) {
  const device::Index columns = c.slide.output.channels;
  if (!has_tiles<Factor>()) return launch(stream, c.rows * columns, device::ConvolveValue<Factor>{c});
  if (!device::in_fours(c.slide.input, c.x)) return launch_tiles<Factor, Block<64, 32>, 1>(stream, c);
  visit_block(
      device::best_tile(c.rows, columns, multiprocessors()),
      [&]<class B>(B) { launch_tiles<Factor, B, 4>(stream, c); },
      std::make_index_sequence<std::size(device::tiles)>{});
}

}  // namespace graft::cuda
