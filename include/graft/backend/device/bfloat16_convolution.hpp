// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/bfloat16_bits.hpp>
#include <graft/backend/device/convolution.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace graft::detail {

/// Convolution of frozen parts on a device in bfloat16: kernels and patches are rounded, sums are float32,
/// and so are the maps between layers. A 1x1 window has patches too: somebody has to round.
template <class D>
struct DeviceBfloat16Convolution {
  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = (S.patch_size() * S.output.channels + 1) / 2;

  template <Conv2dSpec S, class Context>
  static void pack_conv2d(Context& context, std::span<const float> kernel, float* packed) {
    std::vector<std::uint16_t> rounded(2 * packed_size<S>);
    std::transform(kernel.begin(), kernel.end(), rounded.begin(), to_bfloat16);
    std::vector<float> storage(packed_size<S>);
    std::memcpy(storage.data(), rounded.data(), storage.size() * sizeof(float));
    D::upload(context, storage, packed);
  }

  template <Conv2dSpec S, class Act, class Context>
  static void conv2d_packed(Context& context, std::size_t batch, const float* x, const float* packed,
                            const float* bias, float* y) {
    constexpr std::size_t image = S.output.pixels() * S.patch_size();
    const std::size_t chunk = std::clamp(2 * D::most_patches / image, std::size_t{1}, batch);
    float* patches = D::template scratch<float>(context, (chunk * image + 1) / 2);
    for (std::size_t first = 0; first < batch; first += chunk) {
      const std::size_t count = std::min(chunk, batch - first);
      D::launch(context, count * image,
                device::Patches<std::uint16_t>{device::slide(S), x + first * S.input.image_stride(),
                                               reinterpret_cast<std::uint16_t*>(patches)});
      gemm_activate<D, Act>(context,
                            {.m = count * S.output.pixels(),
                             .n = S.output.channels,
                             .k = S.patch_size(),
                             .a = patches,
                             .a_step = S.patch_size(),
                             .b = packed,
                             .b_step = S.output.channels,
                             .c = y + first * S.output.image_stride(),
                             .c_step = S.output.pixel_stride,
                             .bias = bias,
                             .bfloat16 = true},
                            S.output, count);
    }
  }
};

/// A device backend that computes frozen convolutions in bfloat16, and everything else as `Base` does.
template <class Base, class D>
struct WithBfloat16 : Base, DeviceBfloat16Convolution<D> {
  using DeviceBfloat16Convolution<D>::conv2d_packed;
  using DeviceBfloat16Convolution<D>::pack_conv2d;
  template <Conv2dSpec S>
  static constexpr std::size_t packed_size = DeviceBfloat16Convolution<D>::template packed_size<S>;
};

}  // namespace graft::detail
