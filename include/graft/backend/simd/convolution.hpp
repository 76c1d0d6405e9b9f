// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>
#include <graft/backend/simd/direct_convolution.hpp>
#include <graft/backend/simd/winograd.hpp>

namespace graft::detail::simd {

/// Price of keeping so many floats of packed weights and of reading them for each image, in units of
/// step_cost: none for what a cache holds, 16 cycles for each vector beyond, of which reading from memory
/// takes a half. So the larger tiles of minimal filtering, which make four to seven numbers of one weight,
/// are left to layers with few weights or large maps: VGG16 takes 92 MB less.
constexpr double weights_cost(std::size_t packed_size) {
  constexpr std::size_t cached = std::size_t{2} << 20;  // floats: a share of the third-level cache
  return packed_size <= cached ? 0.0 : 32.0 * static_cast<double>((packed_size - cached) / lanes);
}

template <class A>
inline constexpr double whole_cost = A::cost + weights_cost(A::packed_size);

template <class A, class B>
using Cheaper = std::conditional_t<(whole_cost<B> < whole_cost<A>), B, A>;

/// Minimal filtering of tiles of Y by X outputs.
template <Conv2dSpec S, std::size_t Y, std::size_t X>
using Winograd = WinogradConvolution<S, WinogradAxis<Y, S.window.height>, WinogradAxis<X, S.window.width>>;

/// The algorithm that costs least, among those whose rounding errors are about as small as direct
/// summation's. One tile of very many channels would not fit the scratch memory.
template <Conv2dSpec S>
constexpr auto choose_algorithm() {
  using Direct = DirectConvolution<S>;
  constexpr Window window = S.window;
  if constexpr (window.stride_y != 1 || window.stride_x != 1 || S.input.channels < lanes ||
                S.input.channels > 1024)
    return Direct{};
  else if constexpr (window.height == 3 && window.width == 3)
    return Cheaper<Cheaper<Cheaper<Direct, Winograd<S, 4, 4>>, Winograd<S, 6, 6>>, Winograd<S, 2, 2>>{};
  else if constexpr (window.height == 5 && window.width == 5)
    return Cheaper<Direct, Winograd<S, 4, 4>>{};
  else if constexpr (window.height == 1 && window.width == 7)
    return Cheaper<Direct, Winograd<S, 1, 4>>{};
  else if constexpr (window.height == 7 && window.width == 1)
    return Cheaper<Direct, Winograd<S, 4, 1>>{};
  else
    return Direct{};
}

template <Conv2dSpec S>
using FloatAlgorithm = decltype(choose_algorithm<S>());

}  // namespace graft::detail::simd

namespace graft::detail {

/// Convolution by the algorithm that AlgorithmOf names for the specification.
template <template <Conv2dSpec> class AlgorithmOf>
struct ChosenConvolution {
  /// Floats that the packed weights take.
  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = AlgorithmOf<S>::packed_size;

  /// "direct" or "Winograd", for whoever prints a profile.
  template <Conv2dSpec S>
  static constexpr std::string_view conv2d_algorithm = AlgorithmOf<S>::name;

  template <Conv2dSpec S>
  static void pack_conv2d(HostContext&, std::span<const float> kernel, float* packed) {
    AlgorithmOf<S>::pack(kernel, packed);
  }

  template <Conv2dSpec S, class Act>
  static void conv2d_packed(HostContext& context, std::size_t batch, const float* x, const float* packed,
                            const float* bias, float* y) {
    AlgorithmOf<S>::template run<simd::InKernels<Act>>(context, batch, x, packed, bias, y);
    if constexpr (!simd::in_kernels<Act>)
      for (std::size_t p = 0; p < batch * S.output.pixels(); ++p)
        activate_row(Act{}, y + p * S.output.pixel_stride, y + p * S.output.pixel_stride, S.output.channels);
  }
};

using SimdConvolution = ChosenConvolution<simd::FloatAlgorithm>;

}  // namespace graft::detail
