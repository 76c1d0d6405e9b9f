// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/implicit_gemm.hpp>

#include <cuda_runtime_api.h>

namespace graft::cuda {

/// A convolution on tensor cores, for factors that they take: Tf32 and Bfloat16. Defined in convolve.cuh and
/// instantiated in graft_cuda.cu. Devices before Ampere compute one value per thread.
template <class Factor>
void convolve(cudaStream_t stream, const device::Convolution<Factor>& convolution);

}  // namespace graft::cuda
