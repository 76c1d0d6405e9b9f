// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/convolution.hpp>
#include <graft/layers/rescaling.hpp>

#include <algorithm>
#include <cmath>

namespace graft::detail {

/// What brings images to the scale of a network, in plain loops: Rescaling and Normalization.
struct ReferenceStandardization {
  /// y = x * scale + offset, the constants of a Rescaling.
  template <ElementwiseSpec S, class L>
  static void rescale(HostContext&, std::size_t batch, const float* x, float* y) {
    for_each<S>(batch, [&](std::size_t in, std::size_t out, std::size_t c) {
      y[out] = x[in] * number_of<typename L::scale>(c) + number_of<typename L::offset>(c);
    });
  }
  /// dx += dy * scale
  template <ElementwiseSpec S, class L>
  static void rescale_backward(HostContext&, std::size_t batch, const float* dy, float* dx) {
    for_each<S>(batch, [&](std::size_t in, std::size_t out, std::size_t c) {
      dx[in] += dy[out] * number_of<typename L::scale>(c);
    });
  }

  /// y = (x - mean) / max(sqrt(variance), 1e-7). mean, variance (channels)
  template <ElementwiseSpec S>
  static void normalize(HostContext&, std::size_t batch, const float* x, const float* mean,
                        const float* variance, float* y) {
    for_each<S>(batch, [&](std::size_t in, std::size_t out, std::size_t c) {
      y[out] = (x[in] - mean[c]) / deviation(variance[c]);
    });
  }
  /// dx += dy / max(sqrt(variance), 1e-7)
  template <ElementwiseSpec S>
  static void normalize_backward(HostContext&, std::size_t batch, const float* variance, const float* dy,
                                 float* dx) {
    for_each<S>(batch, [&](std::size_t in, std::size_t out, std::size_t c) {
      dx[in] += dy[out] / deviation(variance[c]);
    });
  }

 private:
  static float deviation(float variance) { return std::max(std::sqrt(variance), 1e-7f); }

  // f(offset in x, in y, channel)
  template <ElementwiseSpec S, class Function>
  static void for_each(std::size_t batch, Function&& f) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p)
        for (std::size_t c = 0; c < S.input.channels; ++c)
          f(pixel(S.input, image, 0, p) + c, pixel(S.output, image, 0, p) + c, c);
  }
};

}  // namespace graft::detail
