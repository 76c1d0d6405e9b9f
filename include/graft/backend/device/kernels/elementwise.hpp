// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>
#include <graft/backend/device/kernels/map.hpp>

namespace graft::device {

/// Items of a launch that applies an activation to a batch: its values, or its pixels where an activation
/// depends on the whole row of channels.
template <class Act>
constexpr std::size_t items(std::size_t batch, const ImageLayout& layout) {
  return batch * (Act::elementwise ? layout.size() : layout.pixels());
}

/// y = act(x); with Linear, a copy between layouts. x (batch, input), y (batch, output)
template <class Act>
struct Activate {
  Map input, output;
  const float* x;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    if constexpr (Act::elementwise)
      y[output.offset(i)] = activate(Act{}, x[input.offset(i)]);
    else
      activate_row(Act{}, x + std::size_t{i} * input.stride, y + std::size_t{i} * output.stride,
                   input.channels);
  }
};

/// dy becomes dy * act'(x), from what the derivative is written in terms of. value (batch, input),
/// dy (batch, output)
template <class Act>
struct Derive {
  Map input, output;
  const float* value;
  float* dy;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    if constexpr (Act::elementwise)
      dy[output.offset(i)] *= derivative(Act{}, value[input.offset(i)]);
    else
      derive_row(Act{}, value + std::size_t{i} * input.stride, dy + std::size_t{i} * output.stride,
                 input.channels);
  }
};

/// y = act(x * scale + shift). scale, shift (channels)
template <class Act>
struct ScaleShift {
  Map input, output;
  const float *x, *scale, *shift;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Index c = i % input.channels;
    y[output.offset(i)] = activate(Act{}, x[input.offset(i)] * scale[c] + shift[c]);
  }
};

/// dx = act(dx + dy). dy (batch, output), dx (batch, input)
template <class Act>
struct Accumulate {
  Map input, output;
  const float* dy;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    float& sum = dx[input.offset(i)];
    sum = activate(Act{}, sum + dy[output.offset(i)]);
  }
};

}  // namespace graft::device
