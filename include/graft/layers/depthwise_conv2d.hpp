// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/window.hpp>

namespace graft {

/// Option of DepthwiseConv2D: outputs of each input channel.
template <std::size_t Multiplier>
struct DepthMultiplier {
  static_assert(Multiplier > 0, "DepthMultiplier<n>: expected at least one output a channel");
  static constexpr std::size_t value = Multiplier;
};

namespace detail {

template <class T>
struct IsDepthMultiplier : std::false_type {};
template <std::size_t Multiplier>
struct IsDepthMultiplier<DepthMultiplier<Multiplier>> : std::true_type {};

}  // namespace detail

/// Each channel is convolved by itself: y(oy, ox, c * m + k) = act(b(c * m + k) + sum over ky, kx of
/// x(oy * sy + ky - top, ox * sx + kx - left, c) * K(ky, kx, c, k)), k < m. Input (height, width, channels);
/// depthwise_kernel (kh, kw, channels, m), bias (channels * m). Options: Kernel<h, w>, Strides<v, h>
/// (default 1), Same or Valid (default), DepthMultiplier<m> (default 1), an activation (default Linear),
/// NoBias. Source: Keras' DepthwiseConv2D, channels last; zeros stand in for pixels outside the image.
template <class KernelSize, class... Options>
struct DepthwiseConv2D : LayerDefaults {
  using activation = typename detail::Option<detail::IsActivation, Linear, Options...>::type;
  using strides = typename detail::Option<detail::IsStrides, Strides<1>, Options...>::type;
  using padding = typename detail::Option<detail::IsPadding, Valid, Options...>::type;
  using sliding = detail::Sliding<KernelSize, strides, padding>;
  static constexpr std::size_t multiplier =
      detail::Option<detail::IsDepthMultiplier, DepthMultiplier<1>, Options...>::type::value;
  static constexpr bool use_bias = !detail::has_option<NoBias, Options...>;
  static constexpr std::string_view keras_class = "DepthwiseConv2D";
  static constexpr std::string_view keras_prefix = "depthwise_conv2d";
  static constexpr Role role = Role::linear;
  static constexpr std::string_view expects =
      "an image (height, width, channels) of at least the kernel's size";

  static constexpr bool accepts(Shape input) { return sliding::fits(input); }
  static constexpr Shape output_shape(Shape input) {
    return sliding::output(input, input.channels() * multiplier);
  }
  static constexpr Window window(Shape input) { return sliding::window(input); }
  static constexpr auto parameters(Shape input) {
    const ParameterSpec kernel{"depthwise_kernel",
                               {KernelSize::height, KernelSize::width, input.channels(), multiplier},
                               Initializer::glorot_uniform};
    if constexpr (use_bias)
      return std::array{kernel, ParameterSpec{"bias", {input.channels() * multiplier}, Initializer::zeros}};
    else
      return std::array{kernel};
  }
  static constexpr std::size_t macs(Shape input) {
    return output_shape(input).size() * KernelSize::height * KernelSize::width;
  }
};

}  // namespace graft
