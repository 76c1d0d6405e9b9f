// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device.hpp>
#include <graft/backend/device/kernels/convolution.hpp>
#include <graft/backend/device/kernels/elementwise.hpp>
#include <graft/backend/device/sum_rows.hpp>

#include <algorithm>
#include <type_traits>

namespace graft::detail {

/// The activation of a result that lies in y: relu has come with it, another one is a launch behind it.
template <class D, class Act, class Context>
void activate_result(Context& context, const ImageLayout& output, std::size_t batch, float* y) {
  if constexpr (!std::is_same_v<Act, Relu> && !std::is_same_v<Act, Linear>)
    D::launch(context, device::items<Act>(batch, output),
              device::Activate<Act>{device::map(output), device::map(output), y, y});
}

/// A product, bias and activation.
template <class D, class Act, class Context>
void gemm_activate(Context& context, device::Product product, const ImageLayout& output, std::size_t batch) {
  product.relu = std::is_same_v<Act, Relu>;
  D::gemm(context, product);
  activate_result<D, Act>(context, output, batch, product.c);
}

/// Convolution on a device as a product of the patches under the window and the kernel; contracts as in
/// ReferenceConvolution. A 1x1 window reads the map itself.
template <class D>
struct DeviceConvolution {
  template <Conv2dSpec S, class Act, class Context>
  static void conv2d(Context& context, std::size_t batch, const float* x, const float* kernel,
                     const float* bias, float* y) {
    in_chunks(context, S, batch, [&](std::size_t first, std::size_t count, float* patches) {
      const Rows rows = write_patches(context, S, count, x + first * S.input.image_stride(), patches);
      gemm_activate<D, Act>(context,
                            {.m = count * S.output.pixels(),
                             .n = S.output.channels,
                             .k = S.patch_size(),
                             .a = rows.data,
                             .a_step = rows.step,
                             .b = kernel,
                             .b_step = S.output.channels,
                             .c = y + first * S.output.image_stride(),
                             .c_step = S.output.pixel_stride,
                             .bias = bias},
                            S.output, count);
    });
  }
  template <Conv2dSpec S, class Context>
  static void conv2d_backward_kernel(Context& context, std::size_t batch, const float* x, const float* dy,
                                     float* dkernel, float* dbias) {
    differentiate_kernel(context, S, batch, x, dy, dkernel);
    if (dbias != nullptr) sum_pixels<D>(context, S.output, batch, dy, dbias);
  }
  template <Conv2dSpec S, class Context>
  static void conv2d_backward_input(Context& context, std::size_t batch, const float* kernel, const float* dy,
                                    float* dx) {
    differentiate_input(context, S, batch, kernel, dy, dx);
  }

 private:
  struct Rows {
    const float* data;
    std::size_t step;
  };

  /// Whether every patch is a pixel of the map as it stands.
  static constexpr bool reads_map(const Conv2dSpec& s) {
    return s.window == Window{} && s.input.height == s.output.height && s.input.width == s.output.width;
  }

  /// work(first image, images, memory for their patches), the memory null where none is needed.
  template <class Context, class Work>
  static void in_chunks(Context& context, const Conv2dSpec& s, std::size_t batch, Work&& work) {
    if (reads_map(s)) return work(std::size_t{0}, batch, static_cast<float*>(nullptr));
    const std::size_t image = s.output.pixels() * s.patch_size();
    const std::size_t chunk = std::clamp(D::most_patches / image, std::size_t{1}, batch);
    float* patches = D::template scratch<float>(context, chunk * image);
    for (std::size_t first = 0; first < batch; first += chunk)
      work(first, std::min(chunk, batch - first), patches);
  }

  template <class Context>
  static Rows write_patches(Context& context, const Conv2dSpec& s, std::size_t images, const float* x,
                            float* patches) {
    if (patches == nullptr) return {x, s.input.pixel_stride};
    const std::size_t values = images * s.output.pixels() * s.patch_size();
    const device::Slide slide = device::slide(s);
    if (device::in_fours(slide.input, x) && device::in_fours(slide.input, patches))
      D::launch(context, values / 4, device::Patches<4>{slide, x, patches});
    else
      D::launch(context, values, device::Patches<1>{slide, x, patches});
    return {patches, s.patch_size()};
  }

  template <class Context>
  static void differentiate_kernel(Context& context, const Conv2dSpec& s, std::size_t batch, const float* x,
                                   const float* dy, float* dkernel) {
    in_chunks(context, s, batch, [&](std::size_t first, std::size_t count, float* patches) {
      const Rows rows = write_patches(context, s, count, x + first * s.input.image_stride(), patches);
      D::gemm(context, {.m = s.patch_size(),
                        .n = s.output.channels,
                        .k = count * s.output.pixels(),
                        .a = rows.data,
                        .a_step = rows.step,
                        .b = dy + first * s.output.image_stride(),
                        .b_step = s.output.pixel_stride,
                        .c = dkernel,
                        .c_step = s.output.channels,
                        .transpose_a = true,
                        .accumulate = first > 0});
    });
  }

  template <class Context>
  static void differentiate_input(Context& context, const Conv2dSpec& s, std::size_t batch,
                                  const float* kernel, const float* dy, float* dx) {
    in_chunks(context, s, batch, [&](std::size_t first, std::size_t count, float* patches) {
      const bool direct = patches == nullptr;
      float* to = dx + first * s.input.image_stride();
      D::gemm(context, {.m = count * s.output.pixels(),
                        .n = s.patch_size(),
                        .k = s.output.channels,
                        .a = dy + first * s.output.image_stride(),
                        .a_step = s.output.pixel_stride,
                        .b = kernel,
                        .b_step = s.output.channels,
                        .c = direct ? to : patches,
                        .c_step = direct ? s.input.pixel_stride : s.patch_size(),
                        .transpose_b = true,
                        .accumulate = direct});
      if (!direct)
        D::launch(context, count * s.input.size(), device::SumPatches{device::slide(s), patches, to});
    });
  }
};

}  // namespace graft::detail
