// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/bfloat16_convolution.hpp>
#include <graft/backend/simd/simd.hpp>

namespace graft {

/// Simd whose frozen convolutions take weights and inputs as bfloat16, eight significant bits, and sum in
/// float: features differ from float's by about one hundredth of the largest. With AVX512_BF16 two products
/// take the time of one; without it, Simd is faster.
struct SimdBfloat16 : Simd, detail::SimdBfloat16Convolution {
  static constexpr std::string_view name = "SimdBfloat16";

  using detail::SimdBfloat16Convolution::conv2d_packed;
  using detail::SimdBfloat16Convolution::pack_conv2d;
  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = detail::SimdBfloat16Convolution::packed_size<S>;
  template <Conv2dSpec S>
  static constexpr std::string_view conv2d_algorithm = detail::SimdBfloat16Convolution::conv2d_algorithm<S>;
};

}  // namespace graft
