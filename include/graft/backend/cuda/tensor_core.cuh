// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/warp_tile.hpp>

#include <cstdint>

namespace graft::cuda {

/// How a warp multiplies 16 rows by 8 columns, `depth` values deep. Rows are loaded as floats, columns as
/// they are stored.
template <class Factor>
struct Fragments;

template <>
struct Fragments<device::Tf32> {
  static constexpr device::Index depth = 8;
  using Rows = std::uint32_t[1][4];

  /// Loaded floats become factors.
  __device__ static void round(const Rows& loaded, std::uint32_t (&rows)[4]) {
    for (int i = 0; i < 4; ++i) {
      asm("cvt.rna.tf32.f32 %0, %1;\n" : "=r"(rows[i]) : "f"(__uint_as_float(loaded[0][i])));
    }
  }
  __device__ static void multiply(float (&sums)[4], const std::uint32_t (&rows)[4],
                                  const std::uint32_t* columns) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};\n"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(rows[0]), "r"(rows[1]), "r"(rows[2]), "r"(rows[3]), "r"(columns[0]), "r"(columns[1]));
  }
};

template <>
struct Fragments<device::Bfloat16> {
  static constexpr device::Index depth = 16;
  using Rows = std::uint32_t[2][4];

  __device__ static void round(const Rows& loaded, std::uint32_t (&rows)[4]) {
    for (int half = 0; half < 2; ++half)
      for (int i = 0; i < 2; ++i)
        asm("cvt.rn.bf16x2.f32 %0, %1, %2;\n"
            : "=r"(rows[2 * half + i])
            : "f"(__uint_as_float(loaded[half][2 + i])), "f"(__uint_as_float(loaded[half][i])));
  }
  __device__ static void multiply(float (&sums)[4], const std::uint32_t (&rows)[4],
                                  const std::uint32_t* columns) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};\n"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(rows[0]), "r"(rows[1]), "r"(rows[2]), "r"(rows[3]), "r"(columns[0]), "r"(columns[1]));
  }
};

/// A block of threads of a GPU and the instructions that C++ has no words for; Ampere and later have them.
struct TensorCores {
  template <class Factor>
  using Fragments = cuda::Fragments<Factor>;
  template <class Factor, class B>
  using Tile = WarpTile<TensorCores, Factor, B>;

  __device__ static device::Index thread() { return threadIdx.x; }
  /// Of the block among those of the launch.
  __device__ static device::Index number() { return blockIdx.x; }
  __device__ static void synchronize() { __syncthreads(); }

  /// Where the block's shared memory begins, a multiple of TileMemory's alignment, and what is there for
  /// plain reads and writes.
  __device__ static std::uint32_t memory() {
    return static_cast<std::uint32_t>(__cvta_generic_to_shared(bytes()));
  }
  template <class T>
  __device__ static T* pointer(std::uint32_t address) {
    return reinterpret_cast<T*>(bytes() + (address - memory()));
  }

  /// Copies 4 or 16 bytes into shared memory, in the background; where not `valid`, zeros, and `global` may
  /// be any address.
  template <device::Index Bytes>
  __device__ static void copy_async(std::uint32_t shared, const void* global, bool valid) {
    static_assert(Bytes == 4 || Bytes == 16);
    const int size = valid ? Bytes : 0;
    if constexpr (Bytes == 16)
      asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(shared), "l"(global), "r"(size));
    else
      asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;\n" ::"r"(shared), "l"(global), "r"(size));
  }
  /// Ends a group of copies.
  __device__ static void close_copies() { asm volatile("cp.async.commit_group;\n"); }
  /// Waits until at most so many groups of the thread's are under way.
  template <device::Index Groups>
  __device__ static void wait_for_copies() {
    asm volatile("cp.async.wait_group %0;\n" ::"n"(Groups) : "memory");
  }

  /// Four matrices of 8 rows of 16 bytes; lane l gives the address of row l % 8 of matrix l / 8, and receives
  /// of each matrix the four bytes l % 4 of row l / 4.
  __device__ static void load_matrices(std::uint32_t (&to)[4], std::uint32_t shared) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];\n"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(shared));
  }

 private:
  __device__ static unsigned char* bytes() {
    extern __shared__ __align__(1024) unsigned char shared[];
    return shared;
  }
};

}  // namespace graft::cuda
