// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/launch.hpp>
#include <graft/backend/cuda/status.hpp>

namespace graft::cuda {

inline constexpr unsigned threads_per_block = 256;

template <class Kernel>
__launch_bounds__(threads_per_block) __global__ void each_item(device::Index count, Kernel kernel) {
  const device::Index i = blockIdx.x * threads_per_block + threadIdx.x;
  if (i < count) kernel(i);
}

template <class Kernel>
void launch(cudaStream_t stream, device::Index count, const Kernel& kernel) {
  const device::Index blocks = count / threads_per_block + (count % threads_per_block != 0 ? 1 : 0);
  each_item<<<blocks, threads_per_block, 0, stream>>>(count, kernel);
  check(cudaGetLastError(), "launch of a kernel");
}

}  // namespace graft::cuda
