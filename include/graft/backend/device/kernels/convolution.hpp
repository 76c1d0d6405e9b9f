// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>
#include <graft/backend/device/kernels/map.hpp>

namespace graft::device {

/// Writes the patches under a window as rows of a matrix, so that a convolution is a product of matrices.
/// Item i is `Width` channels of one value of the window.
/// x (batch, input), patches (batch, output pixels, window height, window width, channels)
template <Index Width>
struct Patches {
  Slide slide;
  const float* x;
  float* patches;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Index groups = slide.input.channels / Width;
    const Index c = i % groups * Width, tap = i / groups % slide.taps(), pixel = i / groups / slide.taps();
    const Index ox = pixel % slide.output.width, row = pixel / slide.output.width;
    const Index iy = slide.input_y(row % slide.output.height, tap / slide.width);
    const Index ix = slide.input_x(ox, tap % slide.width);
    Lanes<Width> lanes{};
    if (slide.inside(iy, ix))
      lanes = Lanes<Width>::load(x + slide.input.pixel(row / slide.output.height, iy, ix) + c);
    lanes.store(patches + std::size_t{i} * Width);
  }
};

/// dx += what the gradients of all patches say of each value, in the order of the window. dx (batch, input),
/// patches as above
struct SumPatches {
  Slide slide;
  const float* patches;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Position at = position(slide.input, i);
    float sum = 0.0f;
    for_each_window(slide, at, [&](Index oy, Index ox, Index tap) {
      const std::size_t pixel = std::size_t{at.image} * slide.output.pixels() + oy * slide.output.width + ox;
      sum += patches[(pixel * slide.taps() + tap) * slide.input.channels + at.channel];
    });
    dx[slide.input.offset(i)] += sum;
  }
};

/// y = act(x * kernel + bias), each channel by itself, to `multiplier` outputs; bias may be null.
/// x (batch, input), kernel (kh, kw, channels, multiplier), bias (output channels), y (batch, output)
template <class Act>
struct Depthwise {
  Slide slide;
  Index multiplier;
  const float *x, *kernel, *bias;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Position at = position(slide.output, i);
    float sum = bias == nullptr ? 0.0f : bias[at.channel];
    for_each_tap(slide, at, [&](Index iy, Index ix, Index tap) {
      sum += x[slide.input.pixel(at.image, iy, ix) + at.channel / multiplier] *
             kernel[tap * slide.output.channels + at.channel];
    });
    y[slide.output.offset(i)] = activate(Act{}, sum);
  }
};

/// dx += dy * kernel, each channel's outputs back to it.
struct DepthwiseInput {
  Slide slide;
  Index multiplier;
  const float *kernel, *dy;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Position at = position(slide.input, i);
    const Index first = at.channel * multiplier;
    float sum = 0.0f;
    for_each_window(slide, at, [&](Index oy, Index ox, Index tap) {
      const float* gradients = dy + slide.output.pixel(at.image, oy, ox) + first;
      const float* factors = kernel + tap * slide.output.channels + first;
      for (Index m = 0; m < multiplier; ++m) sum += gradients[m] * factors[m];
    });
    dx[slide.input.offset(i)] += sum;
  }
};

/// A term of a sum over the output rows of a batch: what a row adds to each value of a depthwise kernel.
/// Rows (batch, output height), columns (kh, kw, output channels).
struct DepthwiseKernelTerm {
  Slide slide;
  Index multiplier;
  const float *x, *dy;

  GRAFT_HOST_DEVICE double operator()(Index row, Index column) const {
    const Index channels = slide.output.channels, c = column % channels, tap = column / channels;
    const Index image = row / slide.output.height, oy = row % slide.output.height;
    const Index iy = slide.input_y(oy, tap / slide.width);
    double sum = 0.0;
    for (Index ox = 0; ox < slide.output.width; ++ox) {
      const Index ix = slide.input_x(ox, tap % slide.width);
      if (slide.inside(iy, ix))
        sum += double{x[slide.input.pixel(image, iy, ix) + c / multiplier]} *
               double{dy[slide.output.pixel(image, oy, ox) + c]};
    }
    return sum;
  }
};

}  // namespace graft::device
