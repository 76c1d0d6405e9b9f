// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/normalization.hpp>
#include <graft/backend/device/sum_rows.hpp>
#include <graft/backend/reference/normalization.hpp>

namespace graft::detail {

/// Batch normalisation on a device; contracts as in ReferenceNormalization.
template <class D>
struct DeviceNormalization {
  template <ElementwiseSpec S, class Context>
  static void batch_norm(Context& context, std::size_t batch, double epsilon, const float* x,
                         BatchNormVectors v, float* y) {
    float* scale = write_scale(context, S.input.channels, epsilon, v);
    D::launch(context, batch * S.input.size(),
              device::Normalize{device::map(S.input), device::map(S.output), x, v.mean, scale, v.beta, y});
  }

  template <ElementwiseSpec S, class Context>
  static void batch_norm_backward(Context& context, std::size_t batch, double epsilon, const float* x,
                                  BatchNormVectors v, const float* dy, float* dgamma, float* dbeta,
                                  float* dx) {
    const std::size_t rows = batch * S.input.pixels();
    if (dbeta != nullptr) sum_pixels<D>(context, S.output, batch, dy, dbeta);
    if (dgamma != nullptr)
      sum_rows<D>(context, rows, S.input.channels,
                  D::template scratch<double>(context, partial_size(S.input.channels)),
                  projection<S>(x, v.mean, dy), device::StoreGammaGradient{v.variance, epsilon, dgamma});
    if (dx != nullptr) {
      float* scale = write_scale(context, S.input.channels, epsilon, v);
      D::launch(context, batch * S.input.size(),
                device::AddScaled{device::map(S.input), device::map(S.output), dy, scale, dx});
    }
  }

  template <ElementwiseSpec S, class Context>
  static void batch_norm_training(Context& context, std::size_t batch, double epsilon, double momentum,
                                  const float* x, const float* gamma, const float* beta, float* moving_mean,
                                  float* moving_variance, float* saved, float* y) {
    constexpr std::size_t channels = S.input.channels;
    const std::size_t rows = batch * S.input.pixels();
    const double n = static_cast<double>(rows);
    const Scratch scratch{context, channels};
    const device::Index stride = device::index(S.input.pixel_stride);
    sum_rows<D>(context, rows, channels, scratch.partial, device::PixelTerm{x, stride},
                device::Store<double>{scratch.first});
    sum_rows<D>(context, rows, channels, scratch.partial, device::SquareTerm{x, stride, scratch.first, n},
                device::Store<double>{scratch.second});
    D::launch(
        context, channels,
        device::BatchStatistics{scratch.first, scratch.second, n, epsilon, momentum, device::index(channels),
                                gamma, moving_mean, moving_variance, saved, scratch.scale});
    D::launch(
        context, batch * S.input.size(),
        device::Normalize{device::map(S.input), device::map(S.output), x, saved, scratch.scale, beta, y});
  }

  template <ElementwiseSpec S, class Context>
  static void batch_norm_training_backward(Context& context, std::size_t batch, const float* x,
                                           const float* gamma, const float* saved, const float* dy,
                                           float* dgamma, float* dbeta, float* dx) {
    constexpr std::size_t channels = S.input.channels;
    const std::size_t rows = batch * S.input.pixels();
    const Scratch scratch{context, channels};
    sum_rows<D>(context, rows, channels, scratch.partial,
                device::PixelTerm{dy, device::index(S.output.pixel_stride)},
                device::Store<double>{scratch.first});
    sum_rows<D>(context, rows, channels, scratch.partial, projection<S>(x, saved, dy),
                device::Store<double>{scratch.second});
    D::launch(context, channels,
              device::StoreBatchNormGradients{scratch.first, scratch.second, saved, device::index(channels),
                                              dgamma, dbeta});
    if (dx != nullptr)
      D::launch(context, batch * S.input.size(),
                device::BatchNormGradient{device::map(S.input), device::map(S.output), x, gamma, saved, dy,
                                          scratch.first, scratch.second, static_cast<double>(rows), dx});
  }

 private:
  /// Two vectors of sums, one of factors, and what sums are made from.
  struct Scratch {
    double *first, *second, *partial;
    float* scale;

    template <class Context>
    Scratch(Context& context, std::size_t channels)
        : first{D::template scratch<double>(context, 3 * channels + partial_size(channels))},
          second{first + channels},
          partial{second + channels},
          scale{reinterpret_cast<float*>(partial + partial_size(channels))} {}
  };

  template <ElementwiseSpec S>
  static device::ProjectionTerm projection(const float* x, const float* mean, const float* dy) {
    return {dy, x, mean, device::index(S.output.pixel_stride), device::index(S.input.pixel_stride)};
  }

  template <class Context>
  static float* write_scale(Context& context, std::size_t channels, double epsilon, BatchNormVectors v) {
    float* scale = D::template scratch<float>(context, channels);
    D::launch(context, channels, device::NormalizationScale{v.gamma, v.variance, epsilon, scale});
    return scale;
  }
};

}  // namespace graft::detail
