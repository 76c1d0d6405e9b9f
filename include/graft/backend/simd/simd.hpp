// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/blas.hpp>
#include <graft/backend/simd/convolution.hpp>
#include <graft/backend/simd/dense.hpp>
#include <graft/backend/simd/depthwise_convolution.hpp>
#include <graft/backend/simd/dropout.hpp>
#include <graft/backend/simd/elementwise.hpp>
#include <graft/backend/simd/pooling.hpp>

namespace graft {

/// The processor through kernels whose every size is a compile-time constant: the compiler is the JIT. What
/// it does not specialise it takes from Blas.
struct Simd : Blas,
              detail::SimdConvolution,
              detail::SimdDepthwiseConvolution,
              detail::SimdDense,
              detail::SimdDropout,
              detail::SimdElementwise,
              detail::SimdPooling {
  static constexpr std::string_view name = "Simd";

  using detail::SimdConvolution::conv2d_packed;
  using detail::SimdConvolution::pack_conv2d;
  using detail::SimdDense::dense;
  using detail::SimdDense::dense_update;
  using detail::SimdDepthwiseConvolution::depthwise_conv2d;
  using detail::SimdDropout::dropout;
  using detail::SimdDropout::dropout_backward;
  using detail::SimdElementwise::accumulate;
  using detail::SimdElementwise::activation;
  using detail::SimdElementwise::global_average_pool;
  using detail::SimdElementwise::multiply;
  using detail::SimdElementwise::scale_shift;
  using detail::SimdPooling::pool2d;
  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = detail::SimdConvolution::packed_size<S>;
  template <Conv2dSpec S>
  static constexpr std::string_view conv2d_algorithm = detail::SimdConvolution::conv2d_algorithm<S>;
};

}  // namespace graft
