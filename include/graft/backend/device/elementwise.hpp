// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device.hpp>
#include <graft/backend/device/kernels/elementwise.hpp>

#include <type_traits>

namespace graft::detail {

/// Activations, copies and sums on a device; contracts as in ReferenceElementwise.
template <class D>
struct DeviceElementwise {
  template <ElementwiseSpec S, class Act, class Context>
  static void activation(Context& context, std::size_t batch, const float* x, float* y) {
    D::launch(context, device::items<Act>(batch, S.input),
              device::Activate<Act>{device::map(S.input), device::map(S.output), x, y});
  }
  template <ElementwiseSpec S, class Act, class Context>
  static void activation_backward(Context& context, std::size_t batch, const float* value, float* dy) {
    D::launch(context, device::items<Act>(batch, S.input),
              device::Derive<Act>{device::map(S.input), device::map(S.output), value, dy});
  }
  template <ElementwiseSpec S, class Act, class Context>
  static void scale_shift(Context& context, std::size_t batch, const float* x, const float* scale,
                          const float* shift, float* y) {
    using Fused = std::conditional_t<Act::elementwise, Act, Linear>;
    D::launch(context, batch * S.input.size(),
              device::ScaleShift<Fused>{device::map(S.input), device::map(S.output), x, scale, shift, y});
    in_place<Act>(context, S.output, batch, y);
  }
  template <ElementwiseSpec S, class Act = Linear, class Context>
  static void accumulate(Context& context, std::size_t batch, const float* dy, float* dx) {
    using Fused = std::conditional_t<Act::elementwise, Act, Linear>;
    D::launch(context, batch * S.input.size(),
              device::Accumulate<Fused>{device::map(S.input), device::map(S.output), dy, dx});
    in_place<Act>(context, S.input, batch, dx);
  }

 private:
  // An activation that the kernel before could not apply, because it depends on whole rows.
  template <class Act, class Context>
  static void in_place(Context& context, const ImageLayout& layout, std::size_t batch, float* y) {
    if constexpr (!Act::elementwise)
      D::launch(context, device::items<Act>(batch, layout),
                device::Activate<Act>{device::map(layout), device::map(layout), y, y});
  }
};

}  // namespace graft::detail
