// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/bfloat16_direct.hpp>
#include <graft/backend/simd/convolution.hpp>

namespace graft::detail::simd {

/// The algorithm that costs least, of those on bfloat16 and those on float. Float stays for images, whose few
/// channels cost more to convert than they save, and whose rounding would reach every feature; and for rows
/// that would not fit the scratch memory. Larger tiles than 4x4 would lose more to rounding than direct
/// convolution does.
template <Conv2dSpec S>
constexpr auto choose_bfloat16_algorithm() {
  using Float = FloatAlgorithm<S>;
  using Direct = DirectBfloat16Convolution<S>;
  if constexpr (S.input.channels < 8 || !PairPlan<S>::fits)
    return Float{};
  else if constexpr (S.window.height == 3 && S.window.width == 3 && S.window.stride_y == 1 &&
                     S.window.stride_x == 1 && S.input.channels >= lanes && S.input.channels % 2 == 0 &&
                     S.input.channels <= 1024)
    return Cheaper<Cheaper<Direct, Float>,
                   WinogradConvolution<S, WinogradAxis<4, 3>, WinogradAxis<4, 3>, Bfloat16Products>>{};
  else
    return Cheaper<Direct, Float>{};
}

template <Conv2dSpec S>
using Bfloat16Algorithm = decltype(choose_bfloat16_algorithm<S>());

}  // namespace graft::detail::simd

namespace graft::detail {

/// Convolution with bfloat16 weights and inputs, summed in float. Bias and activations are float; packed
/// weights take a float for two.
using SimdBfloat16Convolution = ChosenConvolution<simd::Bfloat16Algorithm>;

}  // namespace graft::detail
