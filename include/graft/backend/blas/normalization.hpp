// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/normalization.hpp>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace graft::detail {

/// Batch normalisation in blocks of channels as wide as a line of the cache, one task each; the sums are
/// Reference's, in double. Sizes are given at run time: one instantiation serves all layers.
struct BlasNormalization {
  template <ElementwiseSpec S>
  static void batch_norm(HostContext& context, std::size_t batch, double epsilon, const float* x,
                         BatchNormVectors v, float* y) {
    compute_by_statistics(S, context, batch, epsilon, x, v, y);
  }
  template <ElementwiseSpec S>
  static void batch_norm_backward(HostContext& context, std::size_t batch, double epsilon, const float* x,
                                  BatchNormVectors v, const float* dy, float* dgamma, float* dbeta,
                                  float* dx) {
    differentiate(S, context, batch, epsilon, x, v, dy, dgamma, dbeta, dx);
  }
  template <ElementwiseSpec S>
  static void batch_norm_training(HostContext& context, std::size_t batch, double epsilon, double momentum,
                                  const float* x, const float* gamma, const float* beta, float* moving_mean,
                                  float* moving_variance, float* saved, float* y) {
    compute_by_batch(S, context, batch, epsilon, momentum, x, gamma, beta, moving_mean, moving_variance,
                     saved, y);
  }
  template <ElementwiseSpec S>
  static void batch_norm_training_backward(HostContext& context, std::size_t batch, const float* x,
                                           const float* gamma, const float* saved, const float* dy,
                                           float* dgamma, float* dbeta, float* dx) {
    differentiate_by_batch(S, context, batch, x, gamma, saved, dy, dgamma, dbeta, dx);
  }

 private:
  static constexpr std::size_t block = 16;
  using Sums = std::array<double, block>;
  using Values = std::array<float, block>;

  // f(first channel, channels); in all blocks but the last the number is a constant to the compiler.
  template <class Function>
  static void for_each_block(HostContext& context, std::size_t channels, Function&& f) {
    context.team().run((channels + block - 1) / block, [&](std::size_t task, std::size_t) {
      const std::size_t begin = task * block;
      if (channels - begin >= block)
        f(begin, std::integral_constant<std::size_t, block>{});
      else
        f(begin, channels - begin);
    });
  }

  static double value_or(const float* vector, std::size_t c, double otherwise) {
    return vector == nullptr ? otherwise : double{vector[c]};
  }
  static void set(float* vector, std::size_t c, double value) {
    if (vector != nullptr) vector[c] = static_cast<float>(value);
  }

  // y = (x - mean) * scale + shift, for the channels of a block
  template <class Count>
  static void apply(const ElementwiseSpec& s, std::size_t rows, Count count, const float* x,
                    const Values& mean, const Values& scale, const Values& shift, float* y) {
    for (std::size_t r = 0; r < rows; ++r, x += s.input.pixel_stride, y += s.output.pixel_stride)
      for (std::size_t c = 0; c < count; ++c) y[c] = (x[c] - mean[c]) * scale[c] + shift[c];
  }

  static void compute_by_statistics(const ElementwiseSpec& s, HostContext& context, std::size_t batch,
                                    double epsilon, const float* x, BatchNormVectors v, float* y) {
    for_each_block(context, s.input.channels, [&](std::size_t begin, auto count) {
      Values mean, scale, shift;
      for (std::size_t c = 0; c < count; ++c) {
        mean[c] = v.mean[begin + c];
        scale[c] = static_cast<float>(value_or(v.gamma, begin + c, 1.0) /
                                      std::sqrt(double{v.variance[begin + c]} + epsilon));
        shift[c] = v.beta == nullptr ? 0.0f : v.beta[begin + c];
      }
      apply(s, batch * s.input.pixels(), count, x + begin, mean, scale, shift, y + begin);
    });
  }

  // sum(dy) and sum(dy (x - mean))
  template <class Count>
  static std::pair<Sums, Sums> project(const ElementwiseSpec& s, std::size_t rows, Count count,
                                       const float* x, const Values& mean, const float* dy) {
    Sums sum{}, projected{};
    for (std::size_t r = 0; r < rows; ++r, x += s.input.pixel_stride, dy += s.output.pixel_stride)
      for (std::size_t c = 0; c < count; ++c) {
        sum[c] += double{dy[c]};
        projected[c] += double{dy[c]} * (double{x[c]} - double{mean[c]});
      }
    return {sum, projected};
  }

  static void differentiate(const ElementwiseSpec& s, HostContext& context, std::size_t batch, double epsilon,
                            const float* x, BatchNormVectors v, const float* dy, float* dgamma, float* dbeta,
                            float* dx) {
    const std::size_t rows = batch * s.input.pixels();
    for_each_block(context, s.input.channels, [&](std::size_t begin, auto count) {
      Values mean, scale;
      Sums inverse;
      for (std::size_t c = 0; c < count; ++c) {
        mean[c] = v.mean[begin + c];
        inverse[c] = 1.0 / std::sqrt(double{v.variance[begin + c]} + epsilon);
        scale[c] = static_cast<float>(value_or(v.gamma, begin + c, 1.0) * inverse[c]);
      }
      if (dgamma != nullptr || dbeta != nullptr) {
        const auto [sum, projected] = project(s, rows, count, x + begin, mean, dy + begin);
        for (std::size_t c = 0; c < count; ++c) {
          set(dgamma, begin + c, projected[c] * inverse[c]);
          set(dbeta, begin + c, sum[c]);
        }
      }
      if (dx == nullptr) return;
      const float* up = dy + begin;
      float* to = dx + begin;
      for (std::size_t r = 0; r < rows; ++r, up += s.output.pixel_stride, to += s.input.pixel_stride)
        for (std::size_t c = 0; c < count; ++c) to[c] += up[c] * scale[c];
    });
  }

  static void compute_by_batch(const ElementwiseSpec& s, HostContext& context, std::size_t batch,
                               double epsilon, double momentum, const float* x, const float* gamma,
                               const float* beta, float* moving_mean, float* moving_variance, float* saved,
                               float* y) {
    const std::size_t rows = batch * s.input.pixels(), channels = s.input.channels;
    const double n = static_cast<double>(rows);
    for_each_block(context, channels, [&](std::size_t begin, auto count) {
      Sums sum{}, squares{};
      const float* row = x + begin;
      for (std::size_t r = 0; r < rows; ++r, row += s.input.pixel_stride)
        for (std::size_t c = 0; c < count; ++c) sum[c] += double{row[c]};
      for (std::size_t c = 0; c < count; ++c) sum[c] /= n;
      row = x + begin;
      for (std::size_t r = 0; r < rows; ++r, row += s.input.pixel_stride)
        for (std::size_t c = 0; c < count; ++c)
          squares[c] += (double{row[c]} - sum[c]) * (double{row[c]} - sum[c]);
      Values mean, scale, shift;
      for (std::size_t c = 0, k = begin; c < count; ++c, ++k) {
        const double variance = squares[c] / n, inverse = 1.0 / std::sqrt(variance + epsilon);
        saved[k] = mean[c] = static_cast<float>(sum[c]);
        saved[channels + k] = static_cast<float>(inverse);
        moving_mean[k] = static_cast<float>(double{moving_mean[k]} * momentum + sum[c] * (1.0 - momentum));
        moving_variance[k] =
            static_cast<float>(double{moving_variance[k]} * momentum + variance * (1.0 - momentum));
        scale[c] = static_cast<float>(value_or(gamma, k, 1.0) * inverse);
        shift[c] = beta == nullptr ? 0.0f : beta[k];
      }
      apply(s, rows, count, x + begin, mean, scale, shift, y + begin);
    });
  }

  // dx += a dy - b - d (x - mean), with what does not depend on the row in a, b and d.
  static void differentiate_by_batch(const ElementwiseSpec& s, HostContext& context, std::size_t batch,
                                     const float* x, const float* gamma, const float* saved, const float* dy,
                                     float* dgamma, float* dbeta, float* dx) {
    const std::size_t rows = batch * s.input.pixels(), channels = s.input.channels;
    const double n = static_cast<double>(rows);
    for_each_block(context, channels, [&](std::size_t begin, auto count) {
      Values mean, a, b, d;
      for (std::size_t c = 0; c < count; ++c) mean[c] = saved[begin + c];
      const auto [sum, projected] = project(s, rows, count, x + begin, mean, dy + begin);
      for (std::size_t c = 0, k = begin; c < count; ++c, ++k) {
        const double inverse = double{saved[channels + k]}, scale = value_or(gamma, k, 1.0) * inverse;
        set(dgamma, k, projected[c] * inverse);
        set(dbeta, k, sum[c]);
        a[c] = static_cast<float>(scale);
        b[c] = static_cast<float>(scale * sum[c] / n);
        d[c] = static_cast<float>(scale * projected[c] * inverse * inverse / n);
      }
      if (dx == nullptr) return;
      const float *row = x + begin, *up = dy + begin;
      float* to = dx + begin;
      for (std::size_t r = 0; r < rows;
           ++r, row += s.input.pixel_stride, up += s.output.pixel_stride, to += s.input.pixel_stride)
        for (std::size_t c = 0; c < count; ++c) to[c] += a[c] * up[c] - b[c] - d[c] * (row[c] - mean[c]);
    });
  }
};

}  // namespace graft::detail
