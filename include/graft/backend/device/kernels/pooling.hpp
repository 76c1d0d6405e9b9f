// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/map.hpp>
#include <graft/core/host_device.hpp>
#include <graft/layers/pooling2d.hpp>

#include <limits>
#include <type_traits>

namespace graft::device {

/// Number of real pixels in the window of one output pixel.
constexpr Index window_pixels(const Slide& s, Index oy, Index ox) {
  Index rows = 0, columns = 0;
  for (Index ky = 0; ky < s.height; ++ky) rows += s.input_y(oy, ky) < s.input.height;
  for (Index kx = 0; kx < s.width; ++kx) columns += s.input_x(ox, kx) < s.input.width;
  return rows * columns;
}

/// x (batch, input) -> y (batch, output). Item i is `Width` channels next to each other, which lie in memory
/// at a multiple of their size: a device loads four floats as fast as one.
template <class Rule, Index Width>
struct Pool {
  Slide slide;
  const float* x;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    constexpr bool max = std::is_same_v<Rule, Max>;
    const Map& output = slide.output;
    const Position at = position(Map{output.height, output.width, output.channels / Width, output.stride}, i);
    const Index channel = at.channel * Width;
    const float* image = x + slide.input.pixel(at.image, 0, 0) + channel;
    Lanes<Width> results;
    for (float& result : results.values) result = max ? -std::numeric_limits<float>::infinity() : 0.0f;
    Index pixels = 0;
    for_each_tap(slide, at, [&](Index iy, Index ix, Index) {
      const auto lanes = Lanes<Width>::load(image + (iy * slide.input.width + ix) * slide.input.stride);
      ++pixels;
      for (Index c = 0; c < Width; ++c) {
        const float value = lanes.values[c];
        float& result = results.values[c];
        if constexpr (max)
          result = value > result ? value : result;
        else
          result += value;
      }
    });
    if constexpr (!max) {
      const float share = 1.0f / static_cast<float>(pixels);
      for (float& result : results.values) result *= share;
    }
    results.store(y + output.pixel(at.image, at.y, at.x) + channel);
  }
};

/// dx += the share of each input in dy. Max: the first largest value of a window takes all.
template <class Rule>
struct PoolGradient {
  Slide slide;
  const float *x, *y, *dy;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Position at = position(slide.input, i);
    float sum = 0.0f;
    for_each_window(slide, at, [&](Index oy, Index ox, Index tap) {
      const std::size_t out = slide.output.pixel(at.image, oy, ox) + at.channel;
      if constexpr (std::is_same_v<Rule, Max>) {
        if (takes_all(at, oy, ox, tap, y[out])) sum += dy[out];
      } else {
        sum += dy[out] / static_cast<float>(window_pixels(slide, oy, ox));
      }
    });
    dx[slide.input.offset(i)] += sum;
  }

 private:
  // Whether the value at a tap is the largest one of its window, and no earlier one is.
  GRAFT_HOST_DEVICE bool takes_all(const Position& at, Index oy, Index ox, Index tap, float largest) const {
    if (x[slide.input.pixel(at.image, at.y, at.x) + at.channel] != largest) return false;
    for (Index earlier = 0; earlier < tap; ++earlier) {
      const Index iy = slide.input_y(oy, earlier / slide.width),
                  ix = slide.input_x(ox, earlier % slide.width);
      if (slide.inside(iy, ix) && x[slide.input.pixel(at.image, iy, ix) + at.channel] == largest)
        return false;
    }
    return true;
  }
};

/// Mean over all pixels: item i is channel i % channels of image i / channels. output: one pixel
struct GlobalAverage {
  Map input, output;
  const float* x;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const float* channel = x + input.pixel(i / input.channels, 0, 0) + i % input.channels;
    float sum = 0.0f;
    for (Index p = 0; p < input.pixels(); ++p) sum += channel[std::size_t{p} * input.stride];
    y[output.offset(i)] = sum / static_cast<float>(input.pixels());
  }
};

/// dx += dy / pixels
struct GlobalAverageGradient {
  Map input, output;
  const float* dy;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Index image = i / input.size(), c = i % input.channels;
    dx[input.offset(i)] += dy[output.pixel(image, 0, 0) + c] / static_cast<float>(input.pixels());
  }
};

/// The input with zeros around it: `top` rows above, `left` columns before.
struct Pad {
  Map input, output;
  Index top, left;
  const float* x;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Position at = position(output, i);
    const Index iy = at.y - top, ix = at.x - left;  // wraps above and before the image
    y[output.offset(i)] =
        iy < input.height && ix < input.width ? x[input.pixel(at.image, iy, ix) + at.channel] : 0.0f;
  }
};

/// dx += dy inside the zeros
struct PadGradient {
  Map input, output;
  Index top, left;
  const float* dy;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Position at = position(input, i);
    dx[input.offset(i)] += dy[output.pixel(at.image, at.y + top, at.x + left) + at.channel];
  }
};

}  // namespace graft::device
