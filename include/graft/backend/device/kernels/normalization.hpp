// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/map.hpp>
#include <graft/core/host_device.hpp>

#include <cmath>

namespace graft::device {

/// scale = gamma / sqrt(variance + epsilon); gamma may be null. All (channels)
struct NormalizationScale {
  const float *gamma, *variance;
  double epsilon;
  float* scale;

  GRAFT_HOST_DEVICE void operator()(Index c) const {
    scale[c] = static_cast<float>((gamma == nullptr ? 1.0 : double{gamma[c]}) /
                                  std::sqrt(double{variance[c]} + epsilon));
  }
};

/// y = (x - mean) * scale + beta; beta may be null. mean, scale, beta (channels)
struct Normalize {
  Map input, output;
  const float *x, *mean, *scale, *beta;
  float* y;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Index c = i % input.channels;
    y[output.offset(i)] = (x[input.offset(i)] - mean[c]) * scale[c] + (beta == nullptr ? 0.0f : beta[c]);
  }
};

/// dx += dy * scale. scale (channels)
struct AddScaled {
  Map input, output;
  const float *dy, *scale;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    dx[input.offset(i)] += dy[output.offset(i)] * scale[i % input.channels];
  }
};

/// dy (x - mean): with PixelTerm, what the gradients of gamma and beta are sums of. Rows are pixels.
struct ProjectionTerm {
  const float *dy, *x, *mean;
  Index dy_stride, x_stride;

  GRAFT_HOST_DEVICE double operator()(Index row, Index c) const {
    return double{dy[std::size_t{row} * dy_stride + c]} *
           (double{x[std::size_t{row} * x_stride + c]} - double{mean[c]});
  }
};

/// (x - mean)^2, where the mean is still a sum over n rows. Rows are pixels.
struct SquareTerm {
  const float* x;
  Index stride;
  const double* sums;
  double n;

  GRAFT_HOST_DEVICE double operator()(Index row, Index c) const {
    const double distance = double{x[std::size_t{row} * stride + c]} - sums[c] / n;
    return distance * distance;
  }
};

/// Of a sum of dy (x - mean), the gradient of gamma.
struct StoreGammaGradient {
  const float* variance;
  double epsilon;
  float* dgamma;

  GRAFT_HOST_DEVICE void operator()(Index c, double sum) const {
    dgamma[c] = static_cast<float>(sum / std::sqrt(double{variance[c]} + epsilon));
  }
};

/// From the sums of a batch's values and squares: the statistics that its backward pass reads, saved
/// (2, channels), the moving ones, and what Normalize multiplies by, scale (channels).
struct BatchStatistics {
  const double *sums, *squares;
  double n, epsilon, momentum;
  Index channels;
  const float* gamma;
  float *moving_mean, *moving_variance, *saved, *scale;

  GRAFT_HOST_DEVICE void operator()(Index c) const {
    const double mean = sums[c] / n, variance = squares[c] / n, inverse = 1.0 / std::sqrt(variance + epsilon);
    saved[c] = static_cast<float>(mean);
    saved[channels + c] = static_cast<float>(inverse);
    moving_mean[c] = static_cast<float>(double{moving_mean[c]} * momentum + mean * (1.0 - momentum));
    moving_variance[c] =
        static_cast<float>(double{moving_variance[c]} * momentum + variance * (1.0 - momentum));
    scale[c] = static_cast<float>((gamma == nullptr ? 1.0 : double{gamma[c]}) * inverse);
  }
};

/// dx += gamma inv / n * (n dy - sum(dy) - xhat sum(dy xhat)). sums (channels) of dy, projections (channels)
/// of dy (x - mean), saved (2, channels); gamma may be null
struct BatchNormGradient {
  Map input, output;
  const float *x, *gamma, *saved, *dy;
  const double *sums, *projections;
  double n;
  float* dx;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Index c = i % input.channels;
    const double inverse = double{saved[input.channels + c]};
    const double normalised = (double{x[input.offset(i)]} - double{saved[c]}) * inverse;
    const double scale = (gamma == nullptr ? 1.0 : double{gamma[c]}) * inverse / n;
    dx[input.offset(i)] += static_cast<float>(
        scale * (n * double{dy[output.offset(i)]} - sums[c] - normalised * projections[c] * inverse));
  }
};

/// The gradients of gamma and beta from those sums; either may be null.
struct StoreBatchNormGradients {
  const double *sums, *projections;
  const float* saved;
  Index channels;
  float *dgamma, *dbeta;

  GRAFT_HOST_DEVICE void operator()(Index c) const {
    if (dgamma != nullptr) dgamma[c] = static_cast<float>(projections[c] * double{saved[channels + c]});
    if (dbeta != nullptr) dbeta[c] = static_cast<float>(sums[c]);
  }
};

}  // namespace graft::device
