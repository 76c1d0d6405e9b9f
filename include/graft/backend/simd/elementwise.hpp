// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/elementwise.hpp>
#include <graft/backend/reference/multiply.hpp>
#include <graft/backend/simd/activation.hpp>

#include <type_traits>

namespace graft::detail::simd {

/// Calls f(channel, number of channels as a constant) for each vector of a row of channels.
template <std::size_t Channels, class Function>
inline __attribute__((always_inline)) void for_each_vector(Function&& f) {
  constexpr std::size_t whole = Channels / lanes * lanes;
  for (std::size_t c = 0; c < whole; c += lanes) f(c, std::integral_constant<std::size_t, lanes>{});
  if constexpr (whole < Channels) f(whole, std::integral_constant<std::size_t, Channels - whole>{});
}

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

/// What is left of Act behind the registers, for a row of channels.
template <class Act>
inline __attribute__((always_inline)) void finish_row(float* y, std::size_t channels) {
  if constexpr (in_kernels<Act>)
    finish_tile<Act>(y, channels, 1, channels);
  else
    activate_row(Act{}, y, y, channels);
}

}  // namespace graft::detail::simd

namespace graft::detail {

/// What is computed value by value, in registers; one task for each row of pixels.
struct SimdElementwise {
  template <ElementwiseSpec S, class Act>
  static void activation(HostContext& context, std::size_t batch, const float* x, float* y) {
    if constexpr (simd::in_registers<Act>) {
      constexpr ElementwiseSpec rows = simd::rows_of(S);
      for_each_pixel<rows>(context, batch, [=](std::size_t in, std::size_t out) {
        simd::for_each_vector<rows.input.channels>([&](std::size_t c, auto count) {
          simd::Vector v;
          simd::load_some<count>(v, x + in + c);
          simd::activate_vector(Act{}, v);
          simd::store_some<count>(y + out + c, v);
        });
      });
    } else if constexpr (simd::in_kernels<Act>) {
      for_each_row<S>(context, batch, [&](std::size_t in, std::size_t out) {
        simd::activate_pixels<Act>(x + in, S.input.pixel_stride, y + out, S.output.pixel_stride,
                                   S.input.width, S.input.channels);
      });
    } else {
      ReferenceElementwise::activation<S, Act>(context, batch, x, y);
    }
  }

  template <ElementwiseSpec S, class Act>
  static void scale_shift(HostContext& context, std::size_t batch, const float* x, const float* scale,
                          const float* shift, float* y) {
    for_each_pixel<S>(context, batch, [=](std::size_t in, std::size_t out) {
      simd::for_each_vector<S.input.channels>([&](std::size_t c, auto count) {
        simd::Vector v, factor, term;
        simd::load_some<count>(v, x + in + c);
        simd::load_some<count>(factor, scale + c);
        simd::load_some<count>(term, shift + c);
        v = v * factor + term;
        simd::activate_vector(simd::InRegisters<Act>{}, v);
        simd::store_some<count>(y + out + c, v);
      });
      simd::finish_row<Act>(y + out, S.output.channels);
    });
  }

  template <ElementwiseSpec S, class Act = Linear>
  static void accumulate(HostContext& context, std::size_t batch, const float* dy, float* dx) {
    constexpr ElementwiseSpec rows = simd::in_registers<Act> ? simd::rows_of(S) : S;
    for_each_pixel<rows>(context, batch, [=](std::size_t in, std::size_t out) {
      simd::for_each_vector<rows.input.channels>([&](std::size_t c, auto count) {
        simd::Vector v, term;
        simd::load_some<count>(v, dx + in + c);
        simd::load_some<count>(term, dy + out + c);
        v += term;
        simd::activate_vector(simd::InRegisters<Act>{}, v);
        simd::store_some<count>(dx + in + c, v);
      });
      simd::finish_row<Act>(dx + in, S.input.channels);
    });
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
  // f(offset of a row in the input, in the output)
  template <auto S, class Function>
  static void for_each_row(HostContext& context, std::size_t batch, Function&& f) {
    context.team().run(batch * S.input.height, [&](std::size_t task, std::size_t) {
      const std::size_t image = task / S.input.height, row = task % S.input.height;
      f(pixel(S.input, image, row, 0), pixel(S.output, image, row, 0));
    });
  }

  // f(offset of a pixel in the input, in the output)
  template <ElementwiseSpec S, class Function>
  static void for_each_pixel(HostContext& context, std::size_t batch, Function&& f) {
    for_each_row<S>(context, batch, [&](std::size_t in, std::size_t out) {
      for (std::size_t p = 0; p < S.input.width; ++p)
        f(in + p * S.input.pixel_stride, out + p * S.output.pixel_stride);
    });
  }
};

}  // namespace graft::detail
