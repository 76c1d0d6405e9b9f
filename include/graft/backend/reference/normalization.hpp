// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/convolution.hpp>

#include <cmath>

namespace graft {

/// The vectors of one batch normalisation, each (channels); gamma and beta may be null.
struct BatchNormVectors {
  const float *gamma, *beta, *mean, *variance;
};

}  // namespace graft

namespace graft::detail {

/// Batch normalisation in plain loops; sums in double, so that they do not depend on the order much.
struct ReferenceNormalization {
  /// y = (x - mean) * gamma / sqrt(variance + epsilon) + beta
  template <ElementwiseSpec S>
  static void batch_norm(HostContext&, std::size_t batch, double epsilon, const float* x, BatchNormVectors v,
                         float* y) {
    for (std::size_t c = 0; c < S.input.channels; ++c) {
      const float scale = static_cast<float>((v.gamma == nullptr ? 1.0 : double{v.gamma[c]}) /
                                             std::sqrt(double{v.variance[c]} + epsilon));
      const float shift = v.beta == nullptr ? 0.0f : v.beta[c];
      for_each<S>(batch, [&](std::size_t in, std::size_t out) {
        y[out + c] = (x[in + c] - v.mean[c]) * scale + shift;
      });
    }
  }
  /// Its gradients: dx += dy gamma inv, dgamma = sum(dy xhat), dbeta = sum(dy), where inv = 1 / sqrt(variance
  /// + epsilon) and xhat = (x - mean) inv; dgamma, dbeta and dx may be null.
  template <ElementwiseSpec S>
  static void batch_norm_backward(HostContext&, std::size_t batch, double epsilon, const float* x,
                                  BatchNormVectors v, const float* dy, float* dgamma, float* dbeta,
                                  float* dx) {
    for (std::size_t c = 0; c < S.input.channels; ++c) {
      const double inverse = 1.0 / std::sqrt(double{v.variance[c]} + epsilon);
      const float scale = static_cast<float>((v.gamma == nullptr ? 1.0 : double{v.gamma[c]}) * inverse);
      double sum = 0.0, projected = 0.0;
      for_each<S>(batch, [&](std::size_t in, std::size_t out) {
        sum += double{dy[out + c]};
        projected += double{dy[out + c]} * (double{x[in + c]} - double{v.mean[c]});
        if (dx != nullptr) dx[in + c] += dy[out + c] * scale;
      });
      if (dgamma != nullptr) dgamma[c] = static_cast<float>(projected * inverse);
      if (dbeta != nullptr) dbeta[c] = static_cast<float>(sum);
    }
  }

  /// Training: normalises by the mean and the biased variance of the batch, which it leaves in `saved`, and
  /// moves the moving statistics towards them (the biased variance, as Keras 3 does; tf.keras stored N / (N -
  /// 1) of it). saved (2, channels): mean, 1 / sqrt(variance + epsilon)
  template <ElementwiseSpec S>
  static void batch_norm_training(HostContext&, std::size_t batch, double epsilon, double momentum,
                                  const float* x, const float* gamma, const float* beta, float* moving_mean,
                                  float* moving_variance, float* saved, float* y) {
    constexpr std::size_t channels = S.input.channels;
    const double n = static_cast<double>(batch * S.input.pixels());
    for (std::size_t c = 0; c < channels; ++c) {
      double sum = 0.0, squares = 0.0;
      for_each<S>(batch, [&](std::size_t in, std::size_t) { sum += double{x[in + c]}; });
      const double mean = sum / n;
      for_each<S>(batch, [&](std::size_t in, std::size_t) {
        squares += (double{x[in + c]} - mean) * (double{x[in + c]} - mean);
      });
      const double variance = squares / n, inverse = 1.0 / std::sqrt(variance + epsilon);
      saved[c] = static_cast<float>(mean);
      saved[channels + c] = static_cast<float>(inverse);
      moving_mean[c] = static_cast<float>(double{moving_mean[c]} * momentum + mean * (1.0 - momentum));
      moving_variance[c] =
          static_cast<float>(double{moving_variance[c]} * momentum + variance * (1.0 - momentum));
      const float scale = static_cast<float>((gamma == nullptr ? 1.0 : double{gamma[c]}) * inverse);
      const float shift = beta == nullptr ? 0.0f : beta[c];
      for_each<S>(batch, [&](std::size_t in, std::size_t out) {
        y[out + c] = (x[in + c] - saved[c]) * scale + shift;
      });
    }
  }

  /// dx += gamma inv / N * (N dy - sum(dy) - xhat sum(dy xhat)), dgamma = sum(dy xhat), dbeta = sum(dy);
  /// dgamma and dbeta may be null.
  template <ElementwiseSpec S>
  static void batch_norm_training_backward(HostContext&, std::size_t batch, const float* x,
                                           const float* gamma, const float* saved, const float* dy,
                                           float* dgamma, float* dbeta, float* dx) {
    constexpr std::size_t channels = S.input.channels;
    const double n = static_cast<double>(batch * S.input.pixels());
    for (std::size_t c = 0; c < channels; ++c) {
      const double mean = double{saved[c]}, inverse = double{saved[channels + c]};
      double sum = 0.0, projected = 0.0;
      for_each<S>(batch, [&](std::size_t in, std::size_t out) {
        sum += double{dy[out + c]};
        projected += double{dy[out + c]} * (double{x[in + c]} - mean) * inverse;
      });
      if (dgamma != nullptr) dgamma[c] = static_cast<float>(projected);
      if (dbeta != nullptr) dbeta[c] = static_cast<float>(sum);
      if (dx == nullptr) continue;
      const double scale = (gamma == nullptr ? 1.0 : double{gamma[c]}) * inverse / n;
      for_each<S>(batch, [&](std::size_t in, std::size_t out) {
        const double normalised = (double{x[in + c]} - mean) * inverse;
        dx[in + c] += static_cast<float>(scale * (n * double{dy[out + c]} - sum - normalised * projected));
      });
    }
  }

 private:
  template <ElementwiseSpec S, class Function>
  static void for_each(std::size_t batch, Function&& f) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p)
        f(pixel(S.input, image, 0, p), pixel(S.output, image, 0, p));
  }
};

}  // namespace graft::detail
