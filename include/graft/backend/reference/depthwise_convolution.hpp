// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/convolution.hpp>

namespace graft::detail {

/// Convolution of each channel by itself, in plain loops.
struct ReferenceDepthwiseConvolution {
  /// y = act(x * kernel + bias); bias may be null.
  /// x (batch, S.input), kernel (kh, kw, Cin, multiplier), bias (Cin * multiplier), y (batch, S.output)
  template <DepthwiseSpec S, class Act>
  static void depthwise_conv2d(HostContext&, std::size_t batch, const float* x, const float* kernel,
                               const float* bias, float* y) {
    for (std::size_t image = 0; image < batch; ++image) {
      for_each_pixel<S>(image, [&](std::size_t at) {
        for (std::size_t f = 0; f < S.output.channels; ++f) y[at + f] = bias == nullptr ? 0.0f : bias[f];
      });
      for_each_product<S>(
          image, [&](std::size_t in, std::size_t k, std::size_t out) { y[out] += x[in] * kernel[k]; });
      for_each_pixel<S>(image,
                        [&](std::size_t at) { activate_row(Act{}, y + at, y + at, S.output.channels); });
    }
  }

  /// dkernel = sum over batch and pixels of x dy; dbias likewise, unless null. dy is the gradient of the sum
  /// before the activation. dkernel (kh, kw, Cin, multiplier), dbias (Cin * multiplier)
  template <DepthwiseSpec S>
  static void depthwise_conv2d_backward_kernel(HostContext&, std::size_t batch, const float* x,
                                               const float* dy, float* dkernel, float* dbias) {
    std::fill_n(dkernel, S.kernel_size(), 0.0f);
    if (dbias != nullptr) std::fill_n(dbias, S.output.channels, 0.0f);
    for (std::size_t image = 0; image < batch; ++image) {
      for_each_product<S>(
          image, [&](std::size_t in, std::size_t k, std::size_t out) { dkernel[k] += x[in] * dy[out]; });
      if (dbias != nullptr)
        for_each_pixel<S>(image, [&](std::size_t at) {
          for (std::size_t f = 0; f < S.output.channels; ++f) dbias[f] += dy[at + f];
        });
    }
  }

  /// dx += dy * kernel, each channel's outputs back to it.
  template <DepthwiseSpec S>
  static void depthwise_conv2d_backward_input(HostContext&, std::size_t batch, const float* kernel,
                                              const float* dy, float* dx) {
    for (std::size_t image = 0; image < batch; ++image)
      for_each_product<S>(
          image, [&](std::size_t in, std::size_t k, std::size_t out) { dx[in] += dy[out] * kernel[k]; });
  }

 private:
  // f(offset of an output pixel)
  template <DepthwiseSpec S, class Function>
  static void for_each_pixel(std::size_t image, Function&& f) {
    for (std::size_t p = 0; p < S.output.pixels(); ++p) f(pixel(S.output, image, 0, p));
  }
  // f(offset in x, in the kernel, in y) for every product.
  template <DepthwiseSpec S, class Function>
  static void for_each_product(std::size_t image, Function&& f) {
    for_each_tap(S, [&](auto oy, auto ox, auto iy, auto ix, auto ky, auto kx) {
      const std::size_t in = pixel(S.input, image, iy, ix), out = pixel(S.output, image, oy, ox);
      const std::size_t tap = (ky * S.window.width + kx) * S.output.channels;
      for (std::size_t c = 0; c < S.output.channels; ++c) f(in + c / S.multiplier(), tap + c, out + c);
    });
  }
};

}  // namespace graft::detail
