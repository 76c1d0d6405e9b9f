// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/bfloat16_direct.hpp>
#include <graft/backend/simd/bfloat16_winograd.hpp>
#include <graft/backend/simd/convolution.hpp>

namespace graft::detail::simd {

/// The algorithm that costs least, of those on bfloat16 and those on float. Float stays for images, whose few
/// channels cost more to convert than they save, and whose rounding would reach every feature; and for rows
/// that would not fit the scratch memory. Larger tiles than 4x4 would lose more to rounding than direct
/// convolution does.
template <Conv2dSpec S>
constexpr auto choose_bfloat16_algorithm() {
  using Float = decltype(choose_algorithm<S>());
  using Direct = DirectBfloat16Convolution<S>;
  if constexpr (S.input.channels < 8 || !PairPlan<S>::fits)
    return Float{};
  else if constexpr (S.window.height == 3 && S.window.width == 3 && S.window.stride_y == 1 &&
                     S.window.stride_x == 1 && S.input.channels >= lanes && S.input.channels % 2 == 0 &&
                     S.input.channels <= 1024)
    return Cheaper<Cheaper<Direct, Float>,
                   WinogradBfloat16Convolution<S, WinogradAxis<4, 3>, WinogradAxis<4, 3>>>{};
  else
    return Cheaper<Direct, Float>{};
}

}  // namespace graft::detail::simd

namespace graft::detail {

/// Convolution with bfloat16 weights and inputs, summed in float. Bias and activations are float.
struct SimdBfloat16Convolution {
  template <Conv2dSpec S>
  using Algorithm = decltype(simd::choose_bfloat16_algorithm<S>());

  /// Floats that the packed weights take: two bfloat16 values to each.
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
