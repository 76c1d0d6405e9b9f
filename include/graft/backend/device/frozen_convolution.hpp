// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/convolution.hpp>
#include <graft/backend/device/kernels/implicit_gemm.hpp>

#include <cstring>
#include <type_traits>
#include <vector>

namespace graft::detail {

/// Convolution of frozen parts on a device, with factors rounded to `Factor`: the patches under the window
/// are written nowhere. Contracts as in ReferenceConvolution.
template <class D, class Factor>
struct DeviceFrozenConvolution {
  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = (S.output.channels *
                                                  device::padded_depth(device::index(S.patch_size())) *
                                                  sizeof(typename Factor::Stored) +
                                              sizeof(float) - 1) /
                                             sizeof(float);

  template <Conv2dSpec S, class Context>
  static void pack_conv2d(Context& context, std::span<const float> kernel, float* packed) {
    const auto columns = device::packed_columns<Factor>(kernel, device::index(S.output.channels));
    std::vector<float> storage(packed_size<S>);  // memory of a device is floats
    std::memcpy(storage.data(), columns.data(), columns.size() * sizeof columns[0]);
    D::upload(context, storage, packed);
  }

  template <Conv2dSpec S, class Act, class Context>
  static void conv2d_packed(Context& context, std::size_t batch, const float* x, const float* packed,
                            const float* bias, float* y) {
    constexpr auto slide = device::slide(S);
    D::convolve(context, device::Convolution<Factor>{slide, device::index(batch * S.output.pixels()),
                                                     device::padded_depth(device::index(S.patch_size())), x,
                                                     reinterpret_cast<const typename Factor::Stored*>(packed),
                                                     bias, std::is_same_v<Act, Relu>, y});
    activate_result<D, Act>(context, S.output, batch, y);
  }
};

/// On a device that does not convolve, frozen parts are convolved as others are.
template <class D>
struct DeviceFrozenConvolution<D, void> {
  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = S.patch_size() * S.output.channels;

  template <Conv2dSpec S, class Context>
  static void pack_conv2d(Context& context, std::span<const float> kernel, float* packed) {
    D::upload(context, kernel, packed);
  }
  template <Conv2dSpec S, class Act, class Context>
  static void conv2d_packed(Context& context, std::size_t batch, const float* x, const float* packed,
                            const float* bias, float* y) {
    DeviceConvolution<D>::template conv2d<S, Act>(context, batch, x, packed, bias, y);
  }
};

/// A device backend with other factors in the convolutions of frozen parts.
template <class Base, class D, class Factor>
struct WithFactor : Base, DeviceFrozenConvolution<D, Factor> {
  using DeviceFrozenConvolution<D, Factor>::conv2d_packed;
  using DeviceFrozenConvolution<D, Factor>::pack_conv2d;
  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = DeviceFrozenConvolution<D, Factor>::template packed_size<S>;
};

}  // namespace graft::detail
