// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/depthwise_convolution.hpp>
#include <graft/backend/simd/tile.hpp>

namespace graft::detail::simd {

/// How a row of output pixels of a depthwise convolution is divided: into blocks of channels whose sums for a
/// few pixels stay in registers, and into pixels whose windows lie inside the row and those at its ends.
template <DepthwiseSpec S>
struct DepthwisePlan {
  static constexpr std::size_t pixels = 4;  ///< in a tile
  static constexpr std::size_t block = std::min(registers / 8, vectors_of(S.output.channels)) * lanes;
  static constexpr std::size_t blocks = divide_up(S.output.channels, block);
  static constexpr std::size_t last =
      S.output.channels - (blocks - 1) * block;  ///< channels of the last block
  static constexpr std::size_t inner_begin =
      std::min(divide_up(S.window.pad_left, S.window.stride_x), S.output.width);
  static constexpr std::size_t inner_end = [] {
    std::size_t end = S.output.width;
    while (end > inner_begin &&
           (end - 1) * S.window.stride_x + S.window.width > S.input.width + S.window.pad_left)
      --end;
    return end;
  }();

  /// Taps [first, end) of a window at output row or column `at` that lie inside the image.
  struct Range {
    std::size_t first, end;
  };
  static constexpr Range inside(std::size_t at, std::size_t stride, std::size_t pad, std::size_t window,
                                std::size_t extent) {
    const std::size_t begin = at * stride, limit = extent + pad - begin;
    return {begin < pad ? pad - begin : 0, limit < window ? limit : window};
  }
};

/// The sums of a tile, and what one row of the window adds to them. Weights of a tap lie `channels` floats
/// after those of the tap before it.
template <std::size_t Pixels, std::size_t Vectors>
struct DepthwiseSums : TileSums<Pixels, Vectors> {
  using TileSums<Pixels, Vectors>::sum;

  /// Of Pixels windows, Stride pixels apart. Each value is read once for all the windows that it belongs to.
  template <std::size_t Taps, std::size_t Stride>
  __attribute__((always_inline)) void add(const float* x, std::size_t pixel_stride, const float* kernel,
                                          std::size_t channels, std::size_t stored) {
    unroll<Vectors>([&](std::size_t v) __attribute__((always_inline)) {
      const std::size_t count = columns_in(stored, v);
      Vector weight[Taps], value;
      unroll<Taps>([&](std::size_t kx) __attribute__((always_inline)) {
        load_some(weight[kx], kernel + kx * channels + v * lanes, count);
        keep(weight[kx]);
      });
      unroll<(Pixels - 1) * Stride + Taps>([&](std::size_t column) __attribute__((always_inline)) {
        load_some(value, x + column * pixel_stride + v * lanes, count);
        keep(value);
        unroll<Pixels>([&](std::size_t m) __attribute__((always_inline)) {
          if (column >= m * Stride && column < m * Stride + Taps)
            sum[m][v] += value * weight[column - m * Stride];
        });
      });
    });
  }

  /// Of one window, the taps [first, end).
  __attribute__((always_inline)) void add_some(std::size_t first, std::size_t end, const float* x,
                                               std::size_t pixel_stride, const float* kernel,
                                               std::size_t channels, std::size_t stored) {
    static_assert(Pixels == 1);
    unroll<Vectors>([&](std::size_t v) __attribute__((always_inline)) {
      for (std::size_t kx = first; kx < end; ++kx) {
        Vector weight, value;
        load_some(weight, kernel + kx * channels + v * lanes, columns_in(stored, v));
        load_some(value, x + kx * pixel_stride + v * lanes, columns_in(stored, v));
        sum[0][v] += value * weight;
      }
    });
  }
};

/// One tile: Pixels output pixels of a row, Channels channels. `x` is where the first pixel's window begins,
/// outside the image where that does; only the taps of the ranges are read, and all of them of windows that
/// lie Inside the row.
template <DepthwiseSpec S, class Act, std::size_t Pixels, std::size_t Channels, bool Inside>
void depthwise_tile(const float* x, const float* kernel, const float* bias, float* y,
                    typename DepthwisePlan<S>::Range rows, typename DepthwisePlan<S>::Range columns) {
  constexpr std::size_t channels = S.output.channels;
  DepthwiseSums<Pixels, vectors_of(Channels)> a{};
  if (bias != nullptr) a.start(bias, Channels);
  for (std::size_t ky = rows.first; ky < rows.end; ++ky) {
    const float* from = x + ky * S.input.width * S.input.pixel_stride;
    const float* taps = kernel + ky * S.window.width * channels;
    if constexpr (Inside)
      a.template add<S.window.width, S.window.stride_x>(from, S.input.pixel_stride, taps, channels, Channels);
    else
      a.add_some(columns.first, columns.end, from, S.input.pixel_stride, taps, channels, Channels);
  }
  a.template finish<Act>(y, S.output.pixel_stride, Channels);
}

/// One row of output pixels, tile by tile and in each block by block: the image is read in the order of
/// memory.
template <DepthwiseSpec S, class Act>
void depthwise_row(const float* x, const float* kernel, const float* bias, float* y,
                   typename DepthwisePlan<S>::Range rows) {
  using P = DepthwisePlan<S>;
  const auto tile = [&]<std::size_t Pixels, bool Inside>(std::size_t ox, typename P::Range columns) {
    const std::ptrdiff_t column =
        static_cast<std::ptrdiff_t>(ox * S.window.stride_x) - static_cast<std::ptrdiff_t>(S.window.pad_left);
    const float* from = x + column * static_cast<std::ptrdiff_t>(S.input.pixel_stride);
    float* to = y + ox * S.output.pixel_stride;
    const auto block = [&]<std::size_t Channels>(std::size_t channel) {
      depthwise_tile<S, Act, Pixels, Channels, Inside>(from + channel, kernel + channel,
                                                       bias == nullptr ? nullptr : bias + channel,
                                                       to + channel, rows, columns);
    };
    for (std::size_t b = 0; b + 1 < P::blocks; ++b) block.template operator()<P::block>(b * P::block);
    block.template operator()<P::last>((P::blocks - 1) * P::block);
  };
  const auto at_border = [&](std::size_t begin, std::size_t end) {
    for (std::size_t ox = begin; ox < end; ++ox)
      tile.template operator()<1, false>(
          ox, P::inside(ox, S.window.stride_x, S.window.pad_left, S.window.width, S.input.width));
  };
  at_border(0, P::inner_begin);
  constexpr std::size_t rest = (P::inner_end - P::inner_begin) % P::pixels;
  std::size_t ox = P::inner_begin;
  for (; ox + P::pixels <= P::inner_end; ox += P::pixels) tile.template operator()<P::pixels, true>(ox, {});
  if constexpr (rest > 0) tile.template operator()<rest, true>(ox, {});
  at_border(P::inner_end, S.output.width);
}

}  // namespace graft::detail::simd

namespace graft::detail {

/// Depthwise convolution with the sums of a few pixels in registers; one task for each row of output pixels.
struct SimdDepthwiseConvolution {
  template <DepthwiseSpec S, class Act>
  static void depthwise_conv2d(HostContext& context, std::size_t batch, const float* x, const float* kernel,
                               const float* bias, float* y) {
    using P = simd::DepthwisePlan<S>;
    if constexpr (S.multiplier() == 1) {
      context.team().run(batch * S.output.height, [&](std::size_t task, std::size_t) {
        const std::size_t image = task / S.output.height, oy = task % S.output.height;
        const auto rows = P::inside(oy, S.window.stride_y, S.window.pad_top, S.window.height, S.input.height);
        const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(oy * S.window.stride_y) -
                                   static_cast<std::ptrdiff_t>(S.window.pad_top);
        const float* from = x + image * S.input.image_stride() +
                            row * static_cast<std::ptrdiff_t>(S.input.width * S.input.pixel_stride);
        float* out = y + pixel(S.output, image, oy, 0);
        simd::depthwise_row<S, simd::InKernels<Act>>(from, kernel, bias, out, rows);
        if constexpr (!simd::in_kernels<Act>)
          for (std::size_t ox = 0; ox < S.output.width; ++ox)
            activate_row(Act{}, out + ox * S.output.pixel_stride, out + ox * S.output.pixel_stride,
                         S.output.channels);
      });
    } else {
      BlasDepthwiseConvolution::depthwise_conv2d<S, Act>(context, batch, x, kernel, bias, y);
    }
  }
};

}  // namespace graft::detail
