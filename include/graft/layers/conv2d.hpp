// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/window.hpp>

namespace graft {

/// y(oy, ox, f) = act(b(f) + sum over ky, kx, c of x(oy * sy + ky - top, ox * sx + kx - left, c) * K(ky, kx,
/// c, f)). Input (height, width, channels); kernel (kh, kw, channels, Filters), bias (Filters). Options:
/// Kernel<h, w>, Strides<v, h> (default 1), Same or Valid (default), an activation (default Linear), NoBias.
/// Source: Keras' Conv2D, channels last; zeros stand in for pixels outside the image.
template <std::size_t Filters, class KernelSize, class... Options>
struct Conv2D : LayerDefaults {
  static_assert(Filters > 0, "Conv2D<Filters, Kernel<h, w>>: expected at least one filter");
  using activation = typename detail::Option<detail::IsActivation, Linear, Options...>::type;
  using kernel_size = KernelSize;
  using strides = typename detail::Option<detail::IsStrides, Strides<1>, Options...>::type;
  using padding = typename detail::Option<detail::IsPadding, Valid, Options...>::type;
  using sliding = detail::Sliding<KernelSize, strides, padding>;
  static constexpr std::size_t filters = Filters;
  static constexpr bool use_bias = !detail::has_option<NoBias, Options...>;
  static constexpr std::string_view keras_class = "Conv2D";
  static constexpr std::string_view keras_prefix = "conv2d";
  static constexpr Role role = Role::linear;
  static constexpr std::string_view expects =
      "an image (height, width, channels) of at least the kernel's size";

  static constexpr bool accepts(Shape input) { return sliding::fits(input); }
  static constexpr Shape output_shape(Shape input) { return sliding::output(input, Filters); }
  static constexpr Window window(Shape input) { return sliding::window(input); }
  static constexpr auto parameters(Shape input) {
    const ParameterSpec kernel{"kernel",
                               {KernelSize::height, KernelSize::width, input.channels(), Filters},
                               Initializer::glorot_uniform};
    if constexpr (use_bias)
      return std::array{kernel, ParameterSpec{"bias", {Filters}, Initializer::zeros}};
    else
      return std::array{kernel};
  }
  static constexpr std::size_t macs(Shape input) {
    return output_shape(input).size() * KernelSize::height * KernelSize::width * input.channels();
  }
};

}  // namespace graft
