// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/depthwise_conv2d.hpp>

namespace graft {

/// A depthwise convolution, then a 1x1 convolution of all its channels, with nothing between the two:
/// z(oy, ox, c * m + k) = sum over ky, kx of x(oy * sy + ky - top, ox * sx + kx - left, c) * D(ky, kx, c, k),
/// k < m; y(oy, ox, f) = act(b(f) + sum over i of z(oy, ox, i) * P(0, 0, i, f)). Input (height, width,
/// channels); depthwise_kernel (kh, kw, channels, m), pointwise_kernel (1, 1, channels * m, Filters), bias
/// (Filters). Options: Kernel<h, w>, Strides<v, h> (default 1), Same or Valid (default), DepthMultiplier<m>
/// (default 1), an activation (default Linear), NoBias. Source: Keras' SeparableConv2D, channels last; zeros
/// stand in for pixels outside the image.
template <std::size_t Filters, class KernelSize, class... Options>
struct SeparableConv2D : LayerDefaults {
  static_assert(Filters > 0, "SeparableConv2D<Filters, Kernel<h, w>>: expected at least one filter");
  using activation = typename detail::Option<detail::IsActivation, Linear, Options...>::type;
  using kernel_size = KernelSize;
  using strides = typename detail::Option<detail::IsStrides, Strides<1>, Options...>::type;
  using padding = typename detail::Option<detail::IsPadding, Valid, Options...>::type;
  using sliding = detail::Sliding<KernelSize, strides, padding>;
  static constexpr std::size_t filters = Filters;
  static constexpr std::size_t multiplier =
      detail::Option<detail::IsDepthMultiplier, DepthMultiplier<1>, Options...>::type::value;
  static constexpr bool use_bias = !detail::has_option<NoBias, Options...>;
  static constexpr std::string_view keras_class = "SeparableConv2D";
  static constexpr std::string_view keras_prefix = "separable_conv2d";
  static constexpr Role role = Role::linear;
  static constexpr std::string_view expects =
      "an image (height, width, channels) of at least the kernel's size";

  static constexpr bool accepts(Shape input) { return sliding::fits(input); }
  static constexpr Shape output_shape(Shape input) { return sliding::output(input, Filters); }
  /// Of what the depthwise convolution hands to the other.
  static constexpr Shape inner_shape(Shape input) {
    return sliding::output(input, input.channels() * multiplier);
  }
  static constexpr Window window(Shape input) { return sliding::window(input); }
  static constexpr auto parameters(Shape input) {
    const ParameterSpec depthwise{"depthwise_kernel",
                                  {KernelSize::height, KernelSize::width, input.channels(), multiplier},
                                  Initializer::glorot_uniform};
    const ParameterSpec pointwise{
        "pointwise_kernel", {1, 1, input.channels() * multiplier, Filters}, Initializer::glorot_uniform};
    if constexpr (use_bias)
      return std::array{depthwise, pointwise, ParameterSpec{"bias", {Filters}, Initializer::zeros}};
    else
      return std::array{depthwise, pointwise};
  }
  static constexpr std::size_t macs(Shape input) {
    return inner_shape(input).size() * (KernelSize::height * KernelSize::width + Filters);
  }
};

}  // namespace graft
