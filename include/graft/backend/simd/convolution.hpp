// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>
#include <graft/backend/simd/direct_convolution.hpp>

namespace graft::detail {

/// Convolution by the algorithm that suits the specification.
struct SimdConvolution {
  template <Conv2dSpec S>
  using Algorithm = simd::DirectConvolution<S>;

  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = Algorithm<S>::packed_size;

  template <Conv2dSpec S>
  static void pack_conv2d(HostContext&, std::span<const float> kernel, float* packed) {
    Algorithm<S>::pack(kernel, packed);
  }

  template <Conv2dSpec S, class Act>
  static void conv2d_packed(HostContext& context, std::size_t batch, const float* x, const float* packed,
                            const float* bias, float* y) {
    constexpr bool rectify = std::is_same_v<Act, Relu>;
    Algorithm<S>::template run<rectify>(context, batch, x, packed, bias, y);
    if constexpr (!rectify && !std::is_same_v<Act, Linear>)
      for (std::size_t p = 0; p < batch * S.output.pixels(); ++p)
        activate_row(Act{}, y + p * S.output.pixel_stride, y + p * S.output.pixel_stride, S.output.channels);
  }
};

}  // namespace graft::detail
