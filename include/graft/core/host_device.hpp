// SPDX-License-Identifier: MIT
#pragma once

/// Marks what kernels of a device call, and processors too: the arithmetic is written once. nvcc takes
/// constexpr functions without a mark (--expt-relaxed-constexpr, which graft::cuda sets).
#if defined(__CUDACC__)
#define GRAFT_HOST_DEVICE __host__ __device__
#else
#define GRAFT_HOST_DEVICE
#endif
