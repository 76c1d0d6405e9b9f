// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/map.hpp>
#include <graft/core/random.hpp>

#include <cmath>

namespace graft::device {

/// y = x * factor, a factor for each value, or for each channel of an image.
/// x (batch, input), factor (batch, factors), y (batch, output)
struct Multiply {
  Map input, factors, output;
  const float *x, *factor;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    y[output.offset(i)] = x[input.offset(i)] * factor[factor_of(i)];
  }
  /// Offset of the factor of value i.
  GRAFT_HOST_DEVICE std::size_t factor_of(Index i) const {
    if (factors.pixels() > 1) return factors.offset(i);
    return factors.pixel(i / input.size(), 0, 0) + i % input.channels;
  }
};

/// dx += dy * factor
struct MultiplyGradient {
  Multiply forward;  // its x and y are not read
  const float* dy;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    dx[forward.input.offset(i)] += dy[forward.output.offset(i)] * forward.factor[forward.factor_of(i)];
  }
};

/// dfactor += dy * x, over the pixels that a factor is for: item i is factor i of the batch.
struct FactorGradient {
  Map input, factors, output;
  const float *x, *dy;
  float* dfactor;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const bool each = factors.pixels() > 1;
    const Index count = each ? 1 : input.pixels();
    const Index first = each ? i : i / input.channels * input.size() + i % input.channels;
    float sum = 0.0f;
    for (Index p = 0; p < count; ++p)
      sum += dy[output.offset(first + p * input.channels)] * x[input.offset(first + p * input.channels)];
    dfactor[factors.offset(i)] += sum;
  }
};

/// A number for all channels, or one for each of up to 64.
struct Constants {
  static constexpr Index most = 64;  // a launch has room for some kilobytes of arguments
  float values[most];
  Index count;

  constexpr float at(Index channel) const { return values[count == 1 ? 0 : channel]; }
};

/// y = x * scale + offset
struct Rescale {
  Map input, output;
  Constants scale, offset;
  const float* x;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Index c = i % input.channels;
    y[output.offset(i)] = x[input.offset(i)] * scale.at(c) + offset.at(c);
  }
};

/// dx += dy * scale
struct RescaleGradient {
  Map input, output;
  Constants scale;
  const float* dy;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    dx[input.offset(i)] += dy[output.offset(i)] * scale.at(i % input.channels);
  }
};

/// What Keras' Normalization divides by: the square root of the variance, but no less than 1e-7.
GRAFT_HOST_DEVICE inline float deviation(float variance) {
  const float root = std::sqrt(variance);
  return root > 1e-7f ? root : 1e-7f;
}

/// y = (x - mean) / deviation. mean, variance (channels)
struct Standardize {
  Map input, output;
  const float *x, *mean, *variance;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Index c = i % input.channels;
    y[output.offset(i)] = (x[input.offset(i)] - mean[c]) / deviation(variance[c]);
  }
};

/// dx += dy / deviation
struct StandardizeGradient {
  Map input, output;
  const float *dy, *variance;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    dx[input.offset(i)] += dy[output.offset(i)] / deviation(variance[i % input.channels]);
  }
};

/// Which values of a batch a dropout keeps, and what it multiplies them by. The mask is a function of the key
/// and of a value's place in the contiguous batch, or of its sample's: the same on every backend.
struct DropoutMask {
  Philox key;
  float rate, keep;
  Index sample_size;  ///< values that share one fate

  GRAFT_HOST_DEVICE float factor(Index i) const { return key.uniform(i / sample_size) >= rate ? keep : 0.0f; }
};

/// y = x under a mask
struct Drop {
  Map input, output;
  DropoutMask mask;
  const float* x;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    y[output.offset(i)] = x[input.offset(i)] * mask.factor(i);
  }
};

/// dx += dy under the same mask
struct DropGradient {
  Map input, output;
  DropoutMask mask;
  const float* dy;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    dx[input.offset(i)] += dy[output.offset(i)] * mask.factor(i);
  }
};

}  // namespace graft::device
