// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/implicit_gemm.hpp>
#include <graft/backend/thread_team.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace graft::device {

/// A product of matrices in rows: c = a b + bias, then relu where asked for; with `accumulate`, c += a b.
/// a (m, k), or (k, m) where it is transposed; b (k, n), or (n, k); bias (n), may be null; c (m, n). The
/// steps are the floats from row to row as they lie in memory.
struct Product {
  std::size_t m, n, k;
  const float* a;
  std::size_t a_step;
  const float* b;
  std::size_t b_step;
  float* c;
  std::size_t c_step;
  bool transpose_a = false, transpose_b = false;
  bool accumulate = false;
  const float* bias = nullptr;
  bool relu = false;
};

/// A matrix that is stored by columns: value (row, column) is data[row + column * step].
template <class Pointer>
struct ColumnMatrix {
  std::size_t rows, columns, step;
  bool transposed;  ///< what takes part in the product is its transpose
  Pointer data;
};

/// A Product for libraries that store matrices by columns. In rows of memory they see columns, so every
/// matrix looks transposed to them: result = c', and c' = b' a'.
struct ColumnProduct {
  ColumnMatrix<const float*> first, second;
  ColumnMatrix<float*> result;
};

constexpr ColumnProduct by_columns(const Product& p) {
  return {{p.transpose_b ? p.k : p.n, p.transpose_b ? p.n : p.k, p.b_step, p.transpose_b, p.b},
          {p.transpose_a ? p.m : p.k, p.transpose_a ? p.k : p.m, p.a_step, p.transpose_a, p.a},
          {p.n, p.m, p.c_step, false, p.c}};
}

/// Bytes, a power of two up to 256, that an address is a multiple of.
inline std::uint32_t alignment_of(const float* p) {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(p) | 256u;
  return static_cast<std::uint32_t>(address & (~address + 1));
}

/// What a kind of device has to offer; the vocabulary of layers is written on it once, DeviceBackend. Besides
/// its memory, as in BackendMemory:
/// launch(context, count, kernel): calls kernel(i) for each i below count, in any order, behind whatever the
/// context was told before. gemm(context, product): likewise a product. Factor: what the convolutions of
/// frozen parts round to, in convolve(context, convolution); void if they are products of written patches.
/// scratch<T>(context, count): memory of the device that lasts until it is asked for again.
/// scratch_stamp(context): a number that changes when scratch moves, and that no other thread has.
/// Recording{context, work}: what work() asks for, instead of doing it; replay(context) does it, and
/// renew(context, work) gives its kernels the numbers that work() has for them now.
/// Staging: as BackendMemory has it.
/// room(context): floats of memory that may be taken for what need not be there.
/// most_images: of a batch, computed at once; their activations lie in memory together. most_patches: floats
/// of a convolution's patches that exist at a time. most_gradients: of a Dense's gradients in a step, which
/// are best still in a cache when the optimizer reads them.
template <class D>
concept Device = std::constructible_from<typename D::Context, Threads> &&
    std::constructible_from<typename D::Buffer, std::size_t> &&
    requires(typename D::Context& context, std::span<const float> host, std::span<float> result,
             const float* source, float* destination, std::size_t n, const Product& product) {
  D::upload(context, host, destination);
  D::download(context, source, result);
  D::fill_zero(context, destination, n);
  D::gemm(context, product);
  typename D::Factor;
  { D::room(context) } -> std::convertible_to<std::size_t>;
  { D::scratch_stamp(context) } -> std::convertible_to<std::uint64_t>;
  typename D::Recording;
  typename D::Staging;
  { D::template scratch<float>(context, n) } -> std::same_as<float*>;
  { D::template scratch<double>(context, n) } -> std::same_as<double*>;
  { D::most_images } -> std::convertible_to<std::size_t>;
  { D::most_patches } -> std::convertible_to<std::size_t>;
  { D::most_gradients } -> std::convertible_to<std::size_t>;
};

}  // namespace graft::device
