// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/convolution.hpp>
#include <graft/layers/pooling2d.hpp>

#include <limits>
#include <type_traits>

namespace graft::detail {

/// Number of real pixels in the window of one output pixel.
template <class Spec>
constexpr std::size_t window_pixels(const Spec& s, std::size_t oy, std::size_t ox) {
  const auto covered = [](std::size_t o, std::size_t stride, std::size_t pad, std::size_t size,
                          std::size_t n) {
    const std::size_t begin = o * stride > pad ? o * stride - pad : 0;
    const std::size_t end = o * stride + size - pad;
    return (end < n ? end : n) - begin;
  };
  return covered(oy, s.window.stride_y, s.window.pad_top, s.window.height, s.input.height) *
         covered(ox, s.window.stride_x, s.window.pad_left, s.window.width, s.input.width);
}

/// Pooling and padding in plain loops.
struct ReferencePooling {
  /// x (batch, S.input) -> y (batch, S.output)
  template <Pool2dSpec S, class Rule>
  static void pool2d(HostContext&, std::size_t batch, const float* x, float* y) {
    for (std::size_t image = 0; image < batch; ++image)
      pool_image<Rule>(S, x + image * S.input.image_stride(), y + image * S.output.image_stride());
  }

  /// dx += the share of each input in dy. Max: the first largest value of the window takes all, as in
  /// TensorFlow.
  template <Pool2dSpec S, class Rule>
  static void pool2d_backward(HostContext&, std::size_t batch, const float* x, const float* y,
                              const float* dy, float* dx) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t oy = 0; oy < S.output.height; ++oy)
        for (std::size_t ox = 0; ox < S.output.width; ++ox)
          for (std::size_t c = 0; c < S.output.channels; ++c) spread<S, Rule>(image, oy, ox, c, x, y, dy, dx);
  }

  /// Mean over all pixels. x (batch, S.input) -> y (batch, S.output), S.output one pixel.
  template <ElementwiseSpec S>
  static void global_average_pool(HostContext&, std::size_t batch, const float* x, float* y) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t c = 0; c < S.input.channels; ++c) {
        float sum = 0.0f;
        for (std::size_t p = 0; p < S.input.pixels(); ++p) sum += x[pixel(S.input, image, 0, p) + c];
        y[pixel(S.output, image, 0, 0) + c] = sum / static_cast<float>(S.input.pixels());
      }
  }
  template <ElementwiseSpec S>
  static void global_average_pool_backward(HostContext&, std::size_t batch, const float* dy, float* dx) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p)
        for (std::size_t c = 0; c < S.input.channels; ++c)
          dx[pixel(S.input, image, 0, p) + c] +=
              dy[pixel(S.output, image, 0, 0) + c] / static_cast<float>(S.input.pixels());
  }

  template <PadSpec S>
  static void zero_pad(HostContext&, std::size_t batch, const float* x, float* y) {
    for (std::size_t image = 0; image < batch; ++image) {
      for (std::size_t p = 0; p < S.output.pixels(); ++p)
        std::fill_n(y + pixel(S.output, image, 0, p), S.output.channels, 0.0f);
      for (std::size_t row = 0; row < S.input.height; ++row)
        for (std::size_t column = 0; column < S.input.width; ++column)
          std::copy_n(x + pixel(S.input, image, row, column), S.input.channels,
                      y + pixel(S.output, image, row + S.top, column + S.left));
    }
  }
  template <PadSpec S>
  static void zero_pad_backward(HostContext&, std::size_t batch, const float* dy, float* dx) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t row = 0; row < S.input.height; ++row)
        for (std::size_t column = 0; column < S.input.width; ++column)
          for (std::size_t c = 0; c < S.input.channels; ++c)
            dx[pixel(S.input, image, row, column) + c] +=
                dy[pixel(S.output, image, row + S.top, column + S.left) + c];
  }

 private:
  // One image; the specification at run time, so that one instantiation serves all layers.
  template <class Rule>
  static void pool_image(const Pool2dSpec& s, const float* x, float* y) {
    constexpr bool max = std::is_same_v<Rule, Max>;
    const std::size_t channels = s.output.channels;
    for (std::size_t p = 0; p < s.output.pixels(); ++p)
      std::fill_n(y + pixel(s.output, 0, 0, p), channels,
                  max ? -std::numeric_limits<float>::infinity() : 0.0f);
    for_each_tap(s, [&](auto oy, auto ox, auto iy, auto ix, auto, auto) {
      const float* from = x + pixel(s.input, 0, iy, ix);
      float* to = y + pixel(s.output, 0, oy, ox);
      for (std::size_t c = 0; c < channels; ++c) to[c] = max ? std::max(to[c], from[c]) : to[c] + from[c];
    });
    if constexpr (!max)
      for (std::size_t oy = 0; oy < s.output.height; ++oy)
        for (std::size_t ox = 0; ox < s.output.width; ++ox) {
          const float pixels = static_cast<float>(window_pixels(s, oy, ox));
          for (std::size_t c = 0; c < channels; ++c) y[pixel(s.output, 0, oy, ox) + c] /= pixels;
        }
  }

  template <Pool2dSpec S, class Rule>
  static void spread(std::size_t image, std::size_t oy, std::size_t ox, std::size_t c, const float* x,
                     const float* y, const float* dy, float* dx) {
    const std::size_t out = pixel(S.output, image, oy, ox) + c;
    for (std::size_t ky = 0; ky < S.window.height; ++ky)
      for (std::size_t kx = 0; kx < S.window.width; ++kx) {
        const std::size_t iy = oy * S.window.stride_y + ky - S.window.pad_top;
        const std::size_t ix = ox * S.window.stride_x + kx - S.window.pad_left;
        if (iy >= S.input.height || ix >= S.input.width) continue;
        const std::size_t in = pixel(S.input, image, iy, ix) + c;
        if constexpr (std::is_same_v<Rule, Max>) {
          if (x[in] == y[out]) {
            dx[in] += dy[out];
            return;
          }
        } else {
          dx[in] += dy[out] / static_cast<float>(window_pixels(S, oy, ox));
        }
      }
  }
};

}  // namespace graft::detail
