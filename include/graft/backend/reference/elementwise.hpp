// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/reference/convolution.hpp>

namespace graft::detail {

/// Activations, copies and sums in plain loops.
struct ReferenceElementwise {
  /// y = act(x); with Linear, a copy between layouts.
  template <ElementwiseSpec S, class Act>
  static void activation(HostContext&, std::size_t batch, const float* x, float* y) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p)
        activate_row(Act{}, x + pixel(S.input, image, 0, p), y + pixel(S.output, image, 0, p),
                     S.input.channels);
  }
  /// dy becomes dy * act'(x), from y = act(x), or from x where act is derived from that.
  /// value (batch, S.input), dy (batch, S.output)
  template <ElementwiseSpec S, class Act>
  static void activation_backward(HostContext&, std::size_t batch, const float* value, float* dy) {
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.input.pixels(); ++p)
        derive_row(Act{}, value + pixel(S.input, image, 0, p), dy + pixel(S.output, image, 0, p),
                   S.input.channels);
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
};

}  // namespace graft::detail
