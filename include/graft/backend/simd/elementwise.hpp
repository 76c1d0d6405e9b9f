// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/elementwise.hpp>
#include <graft/backend/reference/multiply.hpp>
#include <graft/backend/simd/activation.hpp>

#include <type_traits>

namespace graft::detail::simd {

/// y = x * factor for so many pixels, one factor for each channel. x and y have strides in floats; y may be
/// x. One function for all sizes.
inline __attribute__((noinline)) void multiply_channels(const float* x, std::size_t x_stride,
                                                        const float* factor, float* y, std::size_t y_stride,
                                                        std::size_t pixels, std::size_t channels) {
  for (; pixels > 0; --pixels, x += x_stride, y += y_stride) {
    std::size_t c = 0;
    for (; c + lanes <= channels; c += lanes) {
      Vector v, w;
      load(v, x + c);
      load(w, factor + c);
      store(y + c, v * w);
    }
    for (; c < channels; ++c) y[c] = x[c] * factor[c];
  }
}

/// sums (channels) += x of so many pixels.
inline __attribute__((noinline)) void add_channels(const float* x, std::size_t stride, std::size_t pixels,
                                                   std::size_t channels, float* sums) {
  std::size_t c = 0;
  for (; c + lanes <= channels; c += lanes) {
    Vector sum, v;
    load(sum, sums + c);
    for (std::size_t p = 0; p < pixels; ++p) {
      load(v, x + p * stride + c);
      sum += v;
    }
    store(sums + c, sum);
  }
  for (; c < channels; ++c)
    for (std::size_t p = 0; p < pixels; ++p) sums[c] += x[p * stride + c];
}

}  // namespace graft::detail::simd

namespace graft::detail {

/// What is done value by value, in vectors; one task for each row of pixels.
struct SimdElementwise {
  template <ElementwiseSpec S, class Act>
  static void activation(HostContext& context, std::size_t batch, const float* x, float* y) {
    if constexpr (simd::in_kernels<Act> && !std::is_same_v<Act, Linear>)
      for_each_row<S>(context, batch, [&](std::size_t in, std::size_t out) {
        simd::activate_pixels<Act>(x + in, S.input.pixel_stride, y + out, S.output.pixel_stride,
                                   S.input.width, S.input.channels);
      });
    else
      ReferenceElementwise::activation<S, Act>(context, batch, x, y);
  }

  template <MultiplySpec S>
  static void multiply(HostContext& context, std::size_t batch, const float* x, const float* factor,
                       float* y) {
    if constexpr (S.per_channel())
      for_each_row<S>(context, batch, [&](std::size_t in, std::size_t out) {
        simd::multiply_channels(x + in, S.input.pixel_stride,
                                factor + in / S.input.image_stride() * S.factor.image_stride(), y + out,
                                S.output.pixel_stride, S.input.width, S.input.channels);
      });
    else
      ReferenceMultiply::multiply<S>(context, batch, x, factor, y);
  }

  template <ElementwiseSpec S>
  static void global_average_pool(HostContext& context, std::size_t batch, const float* x, float* y) {
    context.team().run(batch, [&](std::size_t image, std::size_t) {
      float* sums = y + image * S.output.image_stride();
      std::fill_n(sums, S.input.channels, 0.0f);
      simd::add_channels(x + image * S.input.image_stride(), S.input.pixel_stride, S.input.pixels(),
                         S.input.channels, sums);
      for (std::size_t c = 0; c < S.input.channels; ++c) sums[c] /= static_cast<float>(S.input.pixels());
    });
  }

 private:
  // f(offset of a row in x, in y)
  template <auto S, class Function>
  static void for_each_row(HostContext& context, std::size_t batch, Function&& f) {
    context.team().run(batch * S.input.height, [&](std::size_t task, std::size_t) {
      const std::size_t image = task / S.input.height, row = task % S.input.height;
      f(pixel(S.input, image, row, 0), pixel(S.output, image, row, 0));
    });
  }
};

}  // namespace graft::detail
