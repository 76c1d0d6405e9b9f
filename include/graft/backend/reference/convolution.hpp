// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>
#include <graft/backend/host_context.hpp>
#include <graft/backend/spec.hpp>

namespace graft::detail {

/// Calls f(y, x, in_y, in_x, ky, kx) for every output pixel and every pixel of its window inside the input.
template <class Spec, class Function>
void for_each_tap(const Spec& spec, Function&& f) {
  for (std::size_t oy = 0; oy < spec.output.height; ++oy)
    for (std::size_t ox = 0; ox < spec.output.width; ++ox)
      for (std::size_t ky = 0; ky < spec.window.height; ++ky)
        for (std::size_t kx = 0; kx < spec.window.width; ++kx) {
          // Unsigned arithmetic wraps below zero, so one comparison finds both borders.
          const std::size_t iy = oy * spec.window.stride_y + ky - spec.window.pad_top;
          const std::size_t ix = ox * spec.window.stride_x + kx - spec.window.pad_left;
          if (iy < spec.input.height && ix < spec.input.width) f(oy, ox, iy, ix, ky, kx);
        }
}

/// Offset of a pixel's first channel in a buffer.
constexpr std::size_t pixel(const ImageLayout& layout, std::size_t image, std::size_t y, std::size_t x) {
  return image * layout.image_stride() + (y * layout.width + x) * layout.pixel_stride;
}

/// Convolution in plain loops.
struct ReferenceConvolution : HostMemory {
  /// Floats of a kernel as `pack_conv2d` writes it.
  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = S.patch_size() * S.output.channels;

  /// The kernel in the form that `conv2d_packed` reads; the plain loops read Keras' own.
  template <Conv2dSpec S>
  static void pack_conv2d(Context& context, std::span<const float> kernel, float* packed) {
    upload(context, kernel, packed);
  }

  /// y = act(x * kernel + bias); bias may be null.
  /// x (batch, S.input), kernel (kh, kw, Cin, Cout), bias (Cout), y (batch, S.output)
  template <Conv2dSpec S, class Act>
  static void conv2d(Context&, std::size_t batch, const float* x, const float* kernel, const float* bias,
                     float* y) {
    constexpr std::size_t in = S.input.channels, out = S.output.channels;
    for (std::size_t image = 0; image < batch; ++image) {
      for (std::size_t p = 0; p < S.output.pixels(); ++p)
        for (std::size_t f = 0; f < out; ++f)
          y[pixel(S.output, image, 0, p) + f] = bias == nullptr ? 0.0f : bias[f];
      for_each_tap(S, [&](auto oy, auto ox, auto iy, auto ix, auto ky, auto kx) {
        const float* from = x + pixel(S.input, image, iy, ix);
        float* to = y + pixel(S.output, image, oy, ox);
        for (std::size_t c = 0; c < in; ++c)
          for (std::size_t f = 0; f < out; ++f)
            to[f] += from[c] * kernel[((ky * S.window.width + kx) * in + c) * out + f];
      });
      for (std::size_t p = 0; p < S.output.pixels(); ++p) {
        float* row = y + pixel(S.output, image, 0, p);
        activate_row(Act{}, row, row, out);
      }
    }
  }

  template <Conv2dSpec S, class Act>
  static void conv2d_packed(Context& context, std::size_t batch, const float* x, const float* packed,
                            const float* bias, float* y) {
    conv2d<S, Act>(context, batch, x, packed, bias, y);
  }

  /// dkernel = sum over batch and pixels of x dy; dbias likewise, unless null. dy is the gradient of the sum
  /// before the activation. dkernel (kh, kw, Cin, Cout), dbias (Cout)
  template <Conv2dSpec S>
  static void conv2d_backward_kernel(Context&, std::size_t batch, const float* x, const float* dy,
                                     float* dkernel, float* dbias) {
    constexpr std::size_t in = S.input.channels, out = S.output.channels;
    std::fill_n(dkernel, S.patch_size() * out, 0.0f);
    if (dbias != nullptr) std::fill_n(dbias, out, 0.0f);
    for (std::size_t image = 0; image < batch; ++image) {
      for_each_tap(S, [&](auto oy, auto ox, auto iy, auto ix, auto ky, auto kx) {
        const float* from = x + pixel(S.input, image, iy, ix);
        const float* up = dy + pixel(S.output, image, oy, ox);
        for (std::size_t c = 0; c < in; ++c)
          for (std::size_t f = 0; f < out; ++f)
            dkernel[((ky * S.window.width + kx) * in + c) * out + f] += from[c] * up[f];
      });
      if (dbias != nullptr)
        for (std::size_t p = 0; p < S.output.pixels(); ++p)
          for (std::size_t f = 0; f < out; ++f) dbias[f] += dy[pixel(S.output, image, 0, p) + f];
    }
  }

  /// dx += dy * kernel transposed.
  template <Conv2dSpec S>
  static void conv2d_backward_input(Context&, std::size_t batch, const float* kernel, const float* dy,
                                    float* dx) {
    constexpr std::size_t in = S.input.channels, out = S.output.channels;
    for (std::size_t image = 0; image < batch; ++image)
      for_each_tap(S, [&](auto oy, auto ox, auto iy, auto ix, auto ky, auto kx) {
        const float* up = dy + pixel(S.output, image, oy, ox);
        float* to = dx + pixel(S.input, image, iy, ix);
        for (std::size_t c = 0; c < in; ++c)
          for (std::size_t f = 0; f < out; ++f)
            to[c] += up[f] * kernel[((ky * S.window.width + kx) * in + c) * out + f];
      });
  }
};

}  // namespace graft::detail
