// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/elementwise.hpp>
#include <graft/backend/reference/multiply.hpp>
#include <graft/backend/simd/activation.hpp>

#include <cstring>
#include <type_traits>

namespace graft::detail::simd {

/// Pixels that lie one behind the other are one row of values to whoever treats all channels alike.
constexpr ElementwiseSpec rows_of(ElementwiseSpec s) {
  if (!s.input.contiguous() || !s.output.contiguous()) return s;
  const ImageLayout row{s.input.height, 1, s.input.width * s.input.channels,
                        s.input.width * s.input.channels};
  return {row, row};
}

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

/// What is left of Act behind the registers, for so many pixels.
template <class Act>
inline __attribute__((always_inline)) void finish_pixels(float* y, std::size_t stride, std::size_t pixels,
                                                         std::size_t channels) {
  if constexpr (in_kernels<Act>)
    finish_tile<Act>(y, stride, pixels, channels);
  else
    for (std::size_t p = 0; p < pixels; ++p) activate_row(Act{}, y + p * stride, y + p * stride, channels);
}

/// Calls f(channel, count) for each vector of a row of channels; count is a constant but for the last, which
/// may have fewer.
template <class Function>
inline __attribute__((always_inline)) void for_each_vector(std::size_t channels, Function&& f) {
  const std::size_t whole = channels / lanes * lanes;
  for (std::size_t c = 0; c < whole; c += lanes) f(c, std::integral_constant<std::size_t, lanes>{});
  if (whole < channels) f(whole, channels - whole);
}

/// The first `count` floats of a vector, then zeros.
inline __attribute__((always_inline)) void load_first(Vector& v, const float* from, std::size_t count) {
  v = Vector{};
  std::memcpy(&v, from, count * sizeof(float));
}

/// y = f(x * scale + shift) for so many pixels, one scale and shift for each channel. x and y have strides in
/// floats; y may be x. One function for all sizes.
template <class Act>
__attribute__((noinline)) void scale_shift_pixels(const float* x, std::size_t x_stride, const float* scale,
                                                  const float* shift, float* y, std::size_t y_stride,
                                                  std::size_t pixels, std::size_t channels) {
  for (std::size_t p = 0; p < pixels; ++p)
    for_each_vector(
        channels, [&](std::size_t c, auto count) __attribute__((always_inline)) {
          Vector v, factor, term;
          load_first(v, x + p * x_stride + c, count);
          load_first(factor, scale + c, count);
          load_first(term, shift + c, count);
          v = v * factor + term;
          activate_vector(InRegisters<Act>{}, v);
          std::memcpy(y + p * y_stride + c, &v, count * sizeof(float));
        });
  finish_pixels<Act>(y, y_stride, pixels, channels);
}

/// y = f(y + x) for so many pixels, whose strides are in floats. One function for all sizes.
template <class Act>
__attribute__((noinline)) void add_pixels(const float* x, std::size_t x_stride, float* y,
                                          std::size_t y_stride, std::size_t pixels, std::size_t channels) {
  for (std::size_t p = 0; p < pixels; ++p)
    for_each_vector(
        channels, [&](std::size_t c, auto count) __attribute__((always_inline)) {
          Vector v, term;
          load_first(v, y + p * y_stride + c, count);
          load_first(term, x + p * x_stride + c, count);
          v += term;
          activate_vector(InRegisters<Act>{}, v);
          std::memcpy(y + p * y_stride + c, &v, count * sizeof(float));
        });
  finish_pixels<Act>(y, y_stride, pixels, channels);
}

}  // namespace graft::detail::simd

namespace graft::detail {

/// What is computed value by value, in registers; one task for each row of pixels.
struct SimdElementwise {
  template <ElementwiseSpec S, class Act>
  static void activation(HostContext& context, std::size_t batch, const float* x, float* y) {
    if constexpr (simd::in_kernels<Act>) {
      constexpr ElementwiseSpec rows = simd::rows_of(S);
      for_each_row(context, batch, rows, [=](std::size_t in, std::size_t out) {
        simd::activate_pixels<Act>(x + in, rows.input.pixel_stride, y + out, rows.output.pixel_stride,
                                   rows.input.width, rows.input.channels);
      });
    } else {
      ReferenceElementwise::activation<S, Act>(context, batch, x, y);
    }
  }

  template <ElementwiseSpec S, class Act>
  static void scale_shift(HostContext& context, std::size_t batch, const float* x, const float* scale,
                          const float* shift, float* y) {
    scale_shift_rows<Act>(context, batch, S, x, scale, shift, y);
  }

  template <ElementwiseSpec S, class Act = Linear>
  static void accumulate(HostContext& context, std::size_t batch, const float* dy, float* dx) {
    constexpr ElementwiseSpec rows = simd::in_kernels<Act> ? simd::rows_of(S) : S;
    for_each_row(context, batch, rows, [=](std::size_t in, std::size_t out) {
      simd::add_pixels<Act>(dy + out, rows.output.pixel_stride, dx + in, rows.input.pixel_stride,
                            rows.input.width, rows.input.channels);
    });
  }

  template <MultiplySpec S>
  static void multiply(HostContext& context, std::size_t batch, const float* x, const float* factor,
                       float* y) {
    if constexpr (S.per_channel())
      for_each_row(context, batch, S, [&](std::size_t in, std::size_t out) {
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
  // A network may have a batch normalisation of an own size in front of every convolution: one function for
  // all of them.
  template <class Act>
  __attribute__((noinline)) static void scale_shift_rows(HostContext& context, std::size_t batch,
                                                         const ElementwiseSpec& s, const float* x,
                                                         const float* scale, const float* shift, float* y) {
    for_each_row(context, batch, s, [&](std::size_t in, std::size_t out) {
      simd::scale_shift_pixels<Act>(x + in, s.input.pixel_stride, scale, shift, y + out,
                                    s.output.pixel_stride, s.input.width, s.input.channels);
    });
  }

  // f(offset of a row in the input, in the output)
  template <class Spec, class Function>
  static void for_each_row(HostContext& context, std::size_t batch, const Spec& s, Function&& f) {
    context.team().run(batch * s.input.height, [&](std::size_t task, std::size_t) {
      const std::size_t image = task / s.input.height, row = task % s.input.height;
      f(pixel(s.input, image, row, 0), pixel(s.output, image, row, 0));
    });
  }
};

}  // namespace graft::detail
