// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/tensor_core.cuh>
#include <graft/backend/cuda/warpgroup_tile.hpp>

namespace graft::cuda {

/// Where columns lie that a warpgroup multiplies by, in the instruction's words: rows of `Bytes` bytes, their
/// chunks changed as TileMemory has them, in eights one after the other.
template <std::uint32_t Bytes>
__device__ std::uint64_t columns_at(std::uint32_t shared) {
  static_assert(Bytes == 128 || Bytes == 64);
  constexpr std::uint64_t next_eight = 8 * Bytes / 16, pattern = Bytes == 128 ? 1 : 2;
  return pattern << 62 | next_eight << 32 | std::uint64_t{1} << 16 | (shared & 0x3ffff) / 16;
}

/// Adds the products of a warpgroup's 64 rows, which its warps have in registers, and 32 or 64 columns, from
/// shared memory. To be read as functions of a type of factors, its depth, and what follows their operands.
#define GRAFT_FOUR_SUMS(j) "+f"(sums[j][0]), "+f"(sums[j][1]), "+f"(sums[j][2]), "+f"(sums[j][3])
#define GRAFT_SIXTEEN_SUMS(j) \
  GRAFT_FOUR_SUMS(j), GRAFT_FOUR_SUMS(j + 1), GRAFT_FOUR_SUMS(j + 2), GRAFT_FOUR_SUMS(j + 3)
#define GRAFT_FACTORS "r"(rows[0]), "r"(rows[1]), "r"(rows[2]), "r"(rows[3]), "l"(columns)
#define GRAFT_MULTIPLY_32(DEPTH, TYPE, REST)                                 \
  asm volatile(                                                              \
      "{.reg .pred add; setp.ne.b32 add, 1, 0;\n"                            \
      "wgmma.mma_async.sync.aligned.m64n32" DEPTH ".f32." TYPE "." TYPE      \
      " {"                                                                   \
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15" \
      "}, {%16, %17, %18, %19}, %20, add, 1, 1" REST ";}\n"                  \
      : GRAFT_SIXTEEN_SUMS(0)                                                \
      : GRAFT_FACTORS)
#define GRAFT_MULTIPLY_64(DEPTH, TYPE, REST)                                           \
  asm volatile(                                                                        \
      "{.reg .pred add; setp.ne.b32 add, 1, 0;\n"                                      \
      "wgmma.mma_async.sync.aligned.m64n64" DEPTH ".f32." TYPE "." TYPE                \
      " {"                                                                             \
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "         \
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31" \
      "}, {%32, %33, %34, %35}, %36, add, 1, 1" REST ";}\n"                            \
      : GRAFT_SIXTEEN_SUMS(0), GRAFT_SIXTEEN_SUMS(4)                                   \
      : GRAFT_FACTORS)

/// How a warpgroup multiplies 64 rows by columns in shared memory.
template <class Factor>
struct WarpgroupFragments : Fragments<Factor> {
  /// Rows (16, depth) of each warp, as Fragments has them, by 8 Wide columns that begin at `shared`.
  template <device::Index Wide>
  __device__ static void multiply(float (&sums)[Wide][4], const std::uint32_t (&rows)[4],
                                  std::uint32_t shared) {
    constexpr std::uint32_t bytes = device::depth_step * sizeof(typename Factor::Stored);
    GRAFT_UNROLL for (device::Index j = 0; j + 8 <= Wide; j += 8)
        multiply_64(sums + j, rows, columns_at<bytes>(shared + 8 * j * bytes));
    if constexpr (Wide % 8 == 4)
      multiply_32(sums + (Wide - 4), rows, columns_at<bytes>(shared + 8 * (Wide - 4) * bytes));
    static_assert(Wide % 4 == 0);
  }

 private:
  __device__ static void multiply_32(float (*sums)[4], const std::uint32_t (&rows)[4],
                                     std::uint64_t columns) {
    if constexpr (Fragments<Factor>::depth == 8)
      GRAFT_MULTIPLY_32("k8", "tf32", "");
    else
      GRAFT_MULTIPLY_32("k16", "bf16", ", 0");
  }
  __device__ static void multiply_64(float (*sums)[4], const std::uint32_t (&rows)[4],
                                     std::uint64_t columns) {
    if constexpr (Fragments<Factor>::depth == 8)
      GRAFT_MULTIPLY_64("k8", "tf32", "");
    else
      GRAFT_MULTIPLY_64("k16", "bf16", ", 0");
  }
};

#undef GRAFT_FOUR_SUMS
#undef GRAFT_SIXTEEN_SUMS
#undef GRAFT_FACTORS
#undef GRAFT_MULTIPLY_32
#undef GRAFT_MULTIPLY_64

/// The same with the products of Hopper, which four warps begin together and go on while they are computed.
struct WarpgroupCores : TensorCores {
  template <class Factor>
  using WarpgroupFragments = cuda::WarpgroupFragments<Factor>;
  template <class Factor, class B>
  using Tile = WarpgroupTile<WarpgroupCores, Factor, B>;

  /// Besides, what the thread has copied is then there for products that read it themselves.
  template <device::Index Groups>
  __device__ static void wait_for_copies() {
    TensorCores::wait_for_copies<Groups>();
    asm volatile("fence.proxy.async.shared::cta;\n" ::: "memory");
  }

  /// Before the first product of a group: registers are what they are meant to be.
  __device__ static void open_products() { asm volatile("wgmma.fence.sync.aligned;\n" ::: "memory"); }
  __device__ static void close_products() { asm volatile("wgmma.commit_group.sync.aligned;\n" ::: "memory"); }
  /// Waits until all of the warpgroup's products have been added.
  template <device::Index Wide>
  __device__ static void wait_for_products(float (&sums)[Wide][4]) {
    asm volatile("wgmma.wait_group.sync.aligned 0;\n" ::: "memory");
    GRAFT_UNROLL for (device::Index j = 0; j < Wide; ++j)
        GRAFT_UNROLL for (device::Index i = 0; i < 4; ++i) asm volatile("" : "+f"(sums[j][i])::"memory");
  }
};

}  // namespace graft::cuda
