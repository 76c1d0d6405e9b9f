// SPDX-License-Identifier: MIT
#pragma once

/// Marks what kernels of a device call, and processors too: the arithmetic is written once. nvcc takes
/// constexpr functions without a mark (--expt-relaxed-constexpr, which graft::cuda sets). GRAFT_DEVICE marks
/// what needs a block of threads, which is a GPU's or a test's; GRAFT_UNROLL, loops whose numbers are
/// registers there.
#if defined(__CUDACC__)
#define GRAFT_HOST_DEVICE __host__ __device__
#define GRAFT_DEVICE __device__
#define GRAFT_UNROLL _Pragma("unroll")
#else
#define GRAFT_HOST_DEVICE
#define GRAFT_DEVICE
#define GRAFT_UNROLL
#endif
