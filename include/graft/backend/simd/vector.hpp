// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>

namespace graft::detail::simd {

/// What the compiler targets: the widest vectors it has, and how many registers of them.
#if defined(__AVX512F__)
inline constexpr std::size_t lanes = 16, registers = 32;
#elif defined(__AVX__)
inline constexpr std::size_t lanes = 8, registers = 16;
#elif defined(__aarch64__)
inline constexpr std::size_t lanes = 4, registers = 32;
#else
inline constexpr std::size_t lanes = 4, registers = 16;
#endif

/// A register of floats, as the vector extension of GCC and clang: arithmetic operators work on all lanes,
/// and the compiler fuses a * b + c where the target can. Passed by reference only, for the ABI differs with
/// the target.
typedef float Vector __attribute__((vector_size(lanes * sizeof(float))));

inline __attribute__((always_inline)) void load(Vector& v, const float* from) {
  std::memcpy(&v, from, sizeof(Vector));
}
inline __attribute__((always_inline)) void store(float* to, const Vector& v) {
  std::memcpy(to, &v, sizeof(Vector));
}

/// Makes the compiler hold in a register what is used several times: it would rather read it again.
inline __attribute__((always_inline)) void keep(Vector& v) {
#if defined(__x86_64__)
  asm("" : "+v"(v));
#elif defined(__aarch64__)
  asm("" : "+w"(v));
#endif
}

/// Floats in a line of a cache.
inline constexpr std::size_t line = 64 / sizeof(float);
/// Fetches a line into the second-level cache, from wherever it is; past the end of memory, nothing. Fetched
/// into the first-level cache, lines made nothing faster that was measured.
inline __attribute__((always_inline)) void fetch(const void* from) { __builtin_prefetch(from, 0, 2); }

/// The first `count` floats of a vector; those behind them are zero, or stay where they are. The count is a
/// constant once a kernel is unrolled; a template for each would be compiled before.
inline __attribute__((always_inline)) void load_some(Vector& v, const float* from, std::size_t count) {
  if (count < lanes) v = Vector{};
  std::memcpy(&v, from, count * sizeof(float));
}
inline __attribute__((always_inline)) void store_some(float* to, const Vector& v, std::size_t count) {
  std::memcpy(to, &v, count * sizeof(float));
}

/// How many of so many columns vector v holds.
constexpr std::size_t columns_in(std::size_t columns, std::size_t v) {
  return columns - v * lanes < lanes ? columns - v * lanes : lanes;
}

}  // namespace graft::detail::simd
