// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/map.hpp>

#include <cuda_runtime_api.h>

namespace graft::cuda {

/// Calls kernel(i) for each i below count, on the device. Kernels are compiled by nvcc, programs by any
/// compiler: this is declared here, defined in launch.cuh, and instantiated in graft_cuda.cu for all kernels
/// of the library. A kernel that nobody has instantiated does not link.
template <class Kernel>
void launch(cudaStream_t stream, device::Index count, const Kernel& kernel);

}  // namespace graft::cuda
