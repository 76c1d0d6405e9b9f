// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device.hpp>
#include <graft/backend/device/kernels/pooling.hpp>

namespace graft::detail {

/// Pooling and padding on a device; contracts as in ReferencePooling.
template <class D>
struct DevicePooling {
  template <Pool2dSpec S, class Rule, class Context>
  static void pool2d(Context& context, std::size_t batch, const float* x, float* y) {
    constexpr device::Slide slide = device::slide(S);
    if (device::in_fours(slide.input, x) && device::in_fours(slide.output, y))
      D::launch(context, batch * S.output.size() / 4, device::Pool<Rule, 4>{slide, x, y});
    else
      D::launch(context, batch * S.output.size(), device::Pool<Rule, 1>{slide, x, y});
  }
  template <Pool2dSpec S, class Rule, class Context>
  static void pool2d_backward(Context& context, std::size_t batch, const float* x, const float* y,
                              const float* dy, float* dx) {
    D::launch(context, batch * S.input.size(), device::PoolGradient<Rule>{device::slide(S), x, y, dy, dx});
  }

  template <ElementwiseSpec S, class Context>
  static void global_average_pool(Context& context, std::size_t batch, const float* x, float* y) {
    D::launch(context, batch * S.input.channels,
              device::GlobalAverage{device::map(S.input), device::map(S.output), x, y});
  }
  template <ElementwiseSpec S, class Context>
  static void global_average_pool_backward(Context& context, std::size_t batch, const float* dy, float* dx) {
    D::launch(context, batch * S.input.size(),
              device::GlobalAverageGradient{device::map(S.input), device::map(S.output), dy, dx});
  }

  template <PadSpec S, class Context>
  static void zero_pad(Context& context, std::size_t batch, const float* x, float* y) {
    D::launch(context, batch * S.output.size(),
              device::Pad{device::map(S.input), device::map(S.output), device::index(S.top),
                          device::index(S.left), x, y});
  }
  template <PadSpec S, class Context>
  static void zero_pad_backward(Context& context, std::size_t batch, const float* dy, float* dx) {
    D::launch(context, batch * S.input.size(),
              device::PadGradient{device::map(S.input), device::map(S.output), device::index(S.top),
                                  device::index(S.left), dy, dx});
  }
};

}  // namespace graft::detail
