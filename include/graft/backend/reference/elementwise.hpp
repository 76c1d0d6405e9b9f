// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/convolution.hpp>

#include <array>
#include <cstdint>

namespace graft::detail {

/// Activations and dropout in plain loops.
struct ReferenceElementwise {
  /// y = act(x); with Linear, a copy between layouts.
  template <ElementwiseSpec S, class Act>
  static void activation(HostContext&, std::size_t batch, const float* x, float* y) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p)
        activate_row(Act{}, x + pixel(S.input, image, 0, p), y + pixel(S.output, image, 0, p),
                     S.input.channels);
  }
  /// dy becomes dy * act'(x), from y = act(x). y, dy (batch, L)
  template <ImageLayout L, class Act>
  static void activation_backward(HostContext&, std::size_t batch, const float* y, float* dy) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < L.pixels(); ++p)
        derive_row(Act{}, y + pixel(L, image, 0, p), dy + pixel(L, image, 0, p), L.channels);
  }
  /// y = act(x * scale + shift), per channel. scale, shift (channels)
  template <ElementwiseSpec S, class Act>
  static void scale_shift(HostContext&, std::size_t batch, const float* x, const float* scale,
                          const float* shift, float* y) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p) {
        const float* from = x + pixel(S.input, image, 0, p);
        float* to = y + pixel(S.output, image, 0, p);
        for (std::size_t c = 0; c < S.input.channels; ++c) to[c] = from[c] * scale[c] + shift[c];
        activate_row(Act{}, to, to, S.input.channels);
      }
  }
  /// dx = act(dx + dy): a gradient, or a term of a sum and the activation behind it.
  /// dy (batch, S.output), dx (batch, S.input)
  template <ElementwiseSpec S, class Act = Linear>
  static void accumulate(HostContext&, std::size_t batch, const float* dy, float* dx) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p) {
        float* to = dx + pixel(S.input, image, 0, p);
        for (std::size_t c = 0; c < S.input.channels; ++c) to[c] += dy[pixel(S.output, image, 0, p) + c];
        activate_row(Act{}, to, to, S.input.channels);
      }
  }

  /// y = x * scale where uniform(index) >= rate, else 0; scale = 1 / (1 - rate). The index of a value is its
  /// place in the contiguous batch: the mask is a function of the key, on every backend.
  template <ElementwiseSpec S, std::size_t Percent>
  static void dropout(HostContext&, std::size_t batch, Philox key, const float* x, float* y) {
    mask<S, Percent>(batch, key,
                     [&](std::size_t in, std::size_t out, float factor) { y[out] = x[in] * factor; });
  }
  /// dx += dy under the same mask.
  template <ElementwiseSpec S, std::size_t Percent>
  static void dropout_backward(HostContext&, std::size_t batch, Philox key, const float* dy, float* dx) {
    mask<S, Percent>(batch, key,
                     [&](std::size_t in, std::size_t out, float factor) { dx[in] += dy[out] * factor; });
  }

 private:
  template <ElementwiseSpec S, std::size_t Percent, class Function>
  static void mask(std::size_t batch, Philox key, Function&& f) {
    constexpr float rate = static_cast<float>(Percent) / 100.0f, keep = 1.0f / (1.0f - rate);
    std::array<std::uint32_t, 4> draws{};  // the generator makes four at a time
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p)
        for (std::size_t c = 0; c < S.input.channels; ++c) {
          const std::size_t index = (image * S.input.pixels() + p) * S.input.channels + c;
          if (index % 4 == 0) draws = key.block(index / 4);
          f(pixel(S.input, image, 0, p) + c, pixel(S.output, image, 0, p) + c,
            Philox::to_uniform(draws[index % 4]) >= rate ? keep : 0.0f);
        }
  }
};

}  // namespace graft::detail
