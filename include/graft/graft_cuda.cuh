// SPDX-License-Identifier: MIT
#pragma once

/// What nvcc compiles: the launch of kernels, and words that instantiate them. graft_cuda.cu has all kernels
/// of the library; a program with an activation, a loss or an optimizer of its own instantiates their kernels
/// in a .cu file that includes this header. graft.hpp is not for nvcc: of a template argument that is an
/// object of a class, such as a name, nvcc 13 writes code that no compiler takes.
#include <graft/backend/cuda/convolve.cuh>
#include <graft/backend/cuda/launch.cuh>
#include <graft/backend/device/kernels/arithmetic.hpp>
#include <graft/backend/device/kernels/convolution.hpp>
#include <graft/backend/device/kernels/elementwise.hpp>
#include <graft/backend/device/kernels/normalization.hpp>
#include <graft/backend/device/kernels/pooling.hpp>
#include <graft/backend/device/kernels/reduction.hpp>
#include <graft/backend/device/kernels/training.hpp>
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/losses/categorical_crossentropy.hpp>
#include <graft/optimizers/adam.hpp>
#include <graft/optimizers/rmsprop.hpp>
#include <graft/optimizers/sgd.hpp>

/// Instantiates a kernel for the programs that launch it.
#define GRAFT_CUDA_KERNEL(...) \
  template void graft::cuda::launch<__VA_ARGS__>(cudaStream_t, graft::device::Index, const __VA_ARGS__&)

/// Convolutions of factors that tensor cores take.
#define GRAFT_CUDA_CONVOLUTION(...)                              \
  template void graft::cuda::convolve<__VA_ARGS__>(cudaStream_t, \
                                                   const graft::device::Convolution<__VA_ARGS__>&)

/// All kernels of an activation, of one's own too: in a file that nvcc compiles, where its `activate` and
/// `derivative` are declared (GRAFT_HOST_DEVICE), GRAFT_CUDA_ACTIVATION(mine::Activation);
#define GRAFT_CUDA_ACTIVATION(...)                           \
  GRAFT_CUDA_ROW_ACTIVATION(__VA_ARGS__);                    \
  GRAFT_CUDA_KERNEL(graft::device::ScaleShift<__VA_ARGS__>); \
  GRAFT_CUDA_KERNEL(graft::device::Accumulate<__VA_ARGS__>); \
  GRAFT_CUDA_KERNEL(graft::device::Depthwise<__VA_ARGS__>)

/// Those of an activation that is not elementwise.
#define GRAFT_CUDA_ROW_ACTIVATION(...)                     \
  GRAFT_CUDA_KERNEL(graft::device::Activate<__VA_ARGS__>); \
  GRAFT_CUDA_KERNEL(graft::device::Derive<__VA_ARGS__>)

/// Those of a rule that an optimizer moves weights by.
#define GRAFT_CUDA_RULE(...) GRAFT_CUDA_KERNEL(graft::device::Update<__VA_ARGS__>)

/// Those of a loss.
#define GRAFT_CUDA_LOSS(...) GRAFT_CUDA_KERNEL(graft::device::LossOfRow<__VA_ARGS__>)
