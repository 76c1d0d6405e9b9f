// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/convolution.hpp>

namespace graft::detail {

/// Products of two maps in plain loops.
struct ReferenceMultiply {
  /// y = x * factor; y may be x.
  /// x (batch, S.input), factor (batch, S.factor), y (batch, S.output)
  template <MultiplySpec S>
  static void multiply(HostContext&, std::size_t batch, const float* x, const float* factor, float* y) {
    for_each<S>(batch, [&](std::size_t in, std::size_t by, std::size_t out) { y[out] = x[in] * factor[by]; });
  }

  /// dx += dy * factor, dfactor += dy * x; either may be null.
  template <MultiplySpec S>
  static void multiply_backward(HostContext&, std::size_t batch, const float* x, const float* factor,
                                const float* dy, float* dx, float* dfactor) {
    for_each<S>(batch, [&](std::size_t in, std::size_t by, std::size_t out) {
      if (dx != nullptr) dx[in] += dy[out] * factor[by];
      if (dfactor != nullptr) dfactor[by] += dy[out] * x[in];
    });
  }

 private:
  // f(offset in x, in the factors, in y) for every product.
  template <MultiplySpec S, class Function>
  static void for_each(std::size_t batch, Function&& f) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p) {
        const std::size_t in = pixel(S.input, image, 0, p), out = pixel(S.output, image, 0, p);
        const std::size_t by = pixel(S.factor, image, 0, S.per_channel() ? 0 : p);
        for (std::size_t c = 0; c < S.input.channels; ++c) f(in + c, by + c, out + c);
      }
  }
};

}  // namespace graft::detail
