// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/map.hpp>
#include <graft/backend/thread_team.hpp>

#include <concepts>
#include <cstddef>
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

/// What a kind of device has to offer; the vocabulary of layers is written on it once, DeviceBackend. Besides
/// its memory, as in BackendMemory:
/// launch(context, count, kernel): calls kernel(i) for each i below count, in any order, behind whatever the
/// context was told before. gemm(context, product): likewise a product. scratch<T>(context, count):
/// memory of the device that lasts until it is asked for again.
template <class D>
concept Device = std::constructible_from<typename D::Context, Threads> &&
    std::constructible_from<typename D::Buffer, std::size_t> &&
    requires(typename D::Context& context, std::span<const float> host, std::span<float> result,
             const float* source, float* destination, std::size_t n, const Product& product) {
  D::upload(context, host, destination);
  D::download(context, source, result);
  D::fill_zero(context, destination, n);
  D::gemm(context, product);
  { D::template scratch<float>(context, n) } -> std::same_as<float*>;
  { D::template scratch<double>(context, n) } -> std::same_as<double*>;
};

}  // namespace graft::device
