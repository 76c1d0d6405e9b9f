// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/convolution.hpp>
#include <graft/core/random.hpp>
#include <graft/layers/dropout.hpp>

#include <array>
#include <cstdint>

namespace graft::detail {

/// Dropout in plain loops.
struct ReferenceDropout {
  /// y = x * scale where uniform(index) >= rate, else 0; scale = 1 / (1 - rate). The index of a value is its
  /// place in the contiguous batch, or its sample's: the mask is a function of the key, on every backend.
  template <ElementwiseSpec S, DropoutRule Rule>
  static void dropout(HostContext&, std::size_t batch, Philox key, const float* x, float* y) {
    mask<S, Rule>(batch, key,
                  [&](std::size_t in, std::size_t out, float factor) { y[out] = x[in] * factor; });
  }
  /// dx += dy under the same mask.
  template <ElementwiseSpec S, DropoutRule Rule>
  static void dropout_backward(HostContext&, std::size_t batch, Philox key, const float* dy, float* dx) {
    mask<S, Rule>(batch, key,
                  [&](std::size_t in, std::size_t out, float factor) { dx[in] += dy[out] * factor; });
  }

 private:
  template <ElementwiseSpec S, DropoutRule Rule, class Function>
  static void mask(std::size_t batch, Philox key, Function&& f) {
    std::array<std::uint32_t, 4> draws{};  // the generator makes four at a time
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p)
        for (std::size_t c = 0; c < S.input.channels; ++c) {
          const std::size_t value = p * S.input.channels + c;
          const std::size_t index = Rule.whole_samples ? image : image * S.input.size() + value;
          if (Rule.whole_samples ? value == 0 : index % 4 == 0) draws = key.block(index / 4);
          f(pixel(S.input, image, 0, p) + c, pixel(S.output, image, 0, p) + c,
            Rule.factor(Philox::to_uniform(draws[index % 4])));
        }
  }
};

}  // namespace graft::detail
