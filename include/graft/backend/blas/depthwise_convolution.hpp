// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/convolution.hpp>
#include <graft/backend/simd/vector.hpp>

namespace graft::detail {

/// Convolution of each channel by itself: no matrix product in it, so that rows of channels are multiplied as
/// they stand. Sizes are given at run time: one instantiation serves all layers.
struct BlasDepthwiseConvolution {
  template <DepthwiseSpec S, class Act>
  static void depthwise_conv2d(HostContext& context, std::size_t batch, const float* x, const float* kernel,
                               const float* bias, float* y) {
    convolve<Act>(S, context, batch, x, kernel, bias, y);
  }

  template <DepthwiseSpec S>
  static void depthwise_conv2d_backward_kernel(HostContext& context, std::size_t batch, const float* x,
                                               const float* dy, float* dkernel, float* dbias) {
    differentiate_kernel(S, context, batch, x, dy, dkernel, dbias);
  }

  template <DepthwiseSpec S>
  static void depthwise_conv2d_backward_input(HostContext& context, std::size_t batch, const float* kernel,
                                              const float* dy, float* dx) {
    differentiate_input(S, context, batch, kernel, dy, dx);
  }

 private:
  // One task for each row of output pixels.
  template <class Act>
  static void convolve(const DepthwiseSpec& s, HostContext& context, std::size_t batch, const float* x,
                       const float* kernel, const float* bias, float* y) {
    const std::size_t channels = s.output.channels;
    context.team().run(batch * s.output.height, [&](std::size_t task, std::size_t) {
      const std::size_t image = task / s.output.height, oy = task % s.output.height;
      for (std::size_t ox = 0; ox < s.output.width; ++ox) {
        float* out = y + pixel(s.output, image, oy, ox);
        for (std::size_t c = 0; c < channels; ++c) out[c] = bias == nullptr ? 0.0f : bias[c];
        for (std::size_t tap = 0; tap < s.window.height * s.window.width; ++tap) {
          const std::size_t iy = oy * s.window.stride_y + tap / s.window.width - s.window.pad_top;
          const std::size_t ix = ox * s.window.stride_x + tap % s.window.width - s.window.pad_left;
          if (iy < s.input.height && ix < s.input.width)
            add_products(s.multiplier(), channels, x + pixel(s.input, image, iy, ix), kernel + tap * channels,
                         out);
        }
        activate_row(Act{}, out, out, channels);
      }
    });
  }

  // One task for each tap.
  static void differentiate_kernel(const DepthwiseSpec& s, HostContext& context, std::size_t batch,
                                   const float* x, const float* dy, float* dkernel, float* dbias) {
    const std::size_t channels = s.output.channels;
    context.team().run(s.window.height * s.window.width, [&](std::size_t tap, std::size_t) {
      float* to = dkernel + tap * channels;
      std::fill_n(to, channels, 0.0f);
      for_each_row(s, batch, tap, [&](std::size_t in_at, std::size_t out_at, std::size_t count) {
        for (std::size_t p = 0; p < count; ++p)
          add_products(s.multiplier(), channels, x + in_at + p * s.window.stride_x * s.input.pixel_stride,
                       dy + out_at + p * s.output.pixel_stride, to);
      });
    });
    if (dbias != nullptr) add_pixels(s.output, batch, dy, dbias);
  }

  static void differentiate_input(const DepthwiseSpec& s, HostContext& context, std::size_t batch,
                                  const float* kernel, const float* dy, float* dx) {
    const std::size_t channels = s.output.channels, multiplier = s.multiplier();
    context.team().run(batch, [&](std::size_t image, std::size_t) {
      const float* up = dy + image * s.output.image_stride();
      float* down = dx + image * s.input.image_stride();
      for (std::size_t tap = 0; tap < s.window.height * s.window.width; ++tap)
        for_each_row(s, 1, tap, [&](std::size_t in_at, std::size_t out_at, std::size_t count) {
          for (std::size_t p = 0; p < count; ++p) {
            const float* from = up + out_at + p * s.output.pixel_stride;
            float* to = down + in_at + p * s.window.stride_x * s.input.pixel_stride;
            if (multiplier == 1)
              add_products(1, channels, from, kernel + tap * channels, to);
            else
              for (std::size_t c = 0; c < channels; ++c)
                to[c / multiplier] += from[c] * kernel[tap * channels + c];
          }
        });
    });
  }

  // y[c] += x[c / multiplier] * factors[c]
  static void add_products(std::size_t multiplier, std::size_t channels, const float* x, const float* factors,
                           float* y) {
    std::size_t c = 0;
    if (multiplier == 1)
      for (; c + simd::lanes <= channels; c += simd::lanes) {
        simd::Vector value, factor, sum;
        simd::load(value, x + c);
        simd::load(factor, factors + c);
        simd::load(sum, y + c);
        sum += value * factor;
        simd::store(y + c, sum);
      }
    for (; c < channels; ++c) y[c] += x[c / multiplier] * factors[c];
  }
};

}  // namespace graft::detail
