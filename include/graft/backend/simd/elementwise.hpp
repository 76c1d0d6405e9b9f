// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/elementwise.hpp>
#include <graft/backend/simd/activation.hpp>

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
      if constexpr (!simd::in_registers<Act>) activate_row(Act{}, y + out, y + out, S.output.channels);
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
      if constexpr (!simd::in_registers<Act>) activate_row(Act{}, dx + in, dx + in, S.input.channels);
    });
  }

 private:
  // f(offset of a pixel in the input, in the output)
  template <ElementwiseSpec S, class Function>
  static void for_each_pixel(HostContext& context, std::size_t batch, Function&& f) {
    context.team().run(batch * S.input.height, [&](std::size_t task, std::size_t) {
      const std::size_t image = task / S.input.height, row = task % S.input.height;
      for (std::size_t p = 0; p < S.input.width; ++p)
        f(pixel(S.input, image, row, p), pixel(S.output, image, row, p));
    });
  }
};

}  // namespace graft::detail
