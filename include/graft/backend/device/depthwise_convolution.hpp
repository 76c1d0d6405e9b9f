// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device.hpp>
#include <graft/backend/device/kernels/convolution.hpp>
#include <graft/backend/device/kernels/elementwise.hpp>
#include <graft/backend/device/sum_rows.hpp>

#include <type_traits>

namespace graft::detail {

/// Convolution of each channel by itself on a device; contracts as in ReferenceDepthwiseConvolution.
template <class D>
struct DeviceDepthwiseConvolution {
  template <DepthwiseSpec S, class Act, class Context>
  static void depthwise_conv2d(Context& context, std::size_t batch, const float* x, const float* kernel,
                               const float* bias, float* y) {
    using Fused = std::conditional_t<Act::elementwise, Act, Linear>;
    D::launch(context, batch * S.output.size(),
              device::Depthwise<Fused>{device::slide(S), device::index(S.multiplier()), x, kernel, bias, y});
    if constexpr (!Act::elementwise)
      D::launch(context, device::items<Act>(batch, S.output),
                device::Activate<Act>{device::map(S.output), device::map(S.output), y, y});
  }

  template <DepthwiseSpec S, class Context>
  static void depthwise_conv2d_backward_kernel(Context& context, std::size_t batch, const float* x,
                                               const float* dy, float* dkernel, float* dbias) {
    double* partial = D::template scratch<double>(context, partial_size(S.kernel_size()));
    sum_rows<D>(context, batch * S.output.height, S.kernel_size(), partial,
                device::DepthwiseKernelTerm{device::slide(S), device::index(S.multiplier()), x, dy},
                device::Store<float>{dkernel});
    if (dbias != nullptr) sum_pixels<D>(context, S.output, batch, dy, dbias);
  }

  template <DepthwiseSpec S, class Context>
  static void depthwise_conv2d_backward_input(Context& context, std::size_t batch, const float* kernel,
                                              const float* dy, float* dx) {
    D::launch(context, batch * S.input.size(),
              device::DepthwiseInput{device::slide(S), device::index(S.multiplier()), kernel, dy, dx});
  }
};

}  // namespace graft::detail
