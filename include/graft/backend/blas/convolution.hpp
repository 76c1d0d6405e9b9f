// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/gemm.hpp>
#include <graft/backend/reference/convolution.hpp>

namespace graft::detail {

/// Output pixels of a row whose input column ox * stride + kx - pad lies inside the input, for one kx.
struct ColumnRange {
  std::size_t begin, end;
};
constexpr ColumnRange inside_columns(const Conv2dSpec& s, std::size_t kx) {
  const std::size_t pad = s.window.pad_left, stride = s.window.stride_x;
  const std::size_t begin = pad > kx ? (pad - kx + stride - 1) / stride : 0;
  const std::size_t limit = s.input.width + pad;  // first kx + ox * stride beyond the image
  const std::size_t end = limit > kx ? (limit - kx + stride - 1) / stride : 0;
  return {begin, end < s.output.width ? end : s.output.width};
}

/// Convolution as matrix products: patches (im2col) in tiles that stay in the cache, times the kernel as it
/// stands.
struct BlasConvolution {
  template <Conv2dSpec S, class Act>
  static void conv2d(HostContext& context, std::size_t batch, const float* x, const float* kernel,
                     const float* bias, float* y) {
    constexpr std::size_t rows = tile_rows<S>(), pixels = S.output.pixels(),
                          tiles = (pixels + rows - 1) / rows;
    static_assert(S.patch_size() <= HostContext::scratch_size, "one patch must fit the scratch memory");
    use_one_blas_thread();
    context.team().run(batch * tiles, [&](std::size_t task, std::size_t worker) {
      const std::size_t image = task / tiles, begin = task % tiles * rows;
      const std::size_t count = std::min(rows, pixels - begin);
      const float* source = x + image * S.input.image_stride();
      float* out = y + pixel(S.output, image, 0, begin);
      const Matrix weights{kernel, S.output.channels};
      if constexpr (is_pointwise<S>()) {
        gemm(count, S.output.channels, S.patch_size(),
             {source + begin * S.input.pixel_stride, S.input.pixel_stride}, weights, 0.0f, out,
             S.output.pixel_stride);
      } else {
        float* patches = context.scratch(worker);
        for (std::size_t r = 0; r < count; ++r)
          copy_patch<S>(source, begin + r, patches + r * S.patch_size());
        gemm(count, S.output.channels, S.patch_size(), {patches, S.patch_size()}, weights, 0.0f, out,
             S.output.pixel_stride);
      }
      for (std::size_t r = 0; r < count; ++r) finish<S, Act>(bias, out + r * S.output.pixel_stride);
    });
  }

  template <Conv2dSpec S, class Act>
  static void conv2d_packed(HostContext& context, std::size_t batch, const float* x, const float* packed,
                            const float* bias, float* y) {
    conv2d<S, Act>(context, batch, x, packed, bias, y);
  }

  /// One task a tap (ky, kx), whose patches are rows of the image as they stand: no im2col.
  template <Conv2dSpec S>
  static void conv2d_backward_kernel(HostContext& context, std::size_t batch, const float* x, const float* dy,
                                     float* dkernel, float* dbias) {
    constexpr std::size_t in = S.input.channels, out = S.output.channels;
    use_one_blas_thread();
    context.team().run(S.window.height * S.window.width, [&](std::size_t tap, std::size_t) {
      float* to = dkernel + tap * in * out;
      std::fill_n(to, in * out, 0.0f);
      for_each_row<S>(batch, tap, [&](std::size_t in_at, std::size_t out_at, std::size_t count) {
        gemm(in, out, count, {x + in_at, S.window.stride_x * S.input.pixel_stride, true},
             {dy + out_at, S.output.pixel_stride}, 1.0f, to, out);
      });
    });
    if (dbias == nullptr) return;
    std::fill_n(dbias, out, 0.0f);
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t p = 0; p < S.output.pixels(); ++p)
        for (std::size_t f = 0; f < out; ++f) dbias[f] += dy[pixel(S.output, image, 0, p) + f];
  }

  template <Conv2dSpec S>
  static void conv2d_backward_input(HostContext& context, std::size_t batch, const float* kernel,
                                    const float* dy, float* dx) {
    constexpr std::size_t in = S.input.channels, out = S.output.channels;
    use_one_blas_thread();
    context.team().run(batch, [&](std::size_t image, std::size_t) {
      for (std::size_t tap = 0; tap < S.window.height * S.window.width; ++tap)
        for_each_row<S>(1, tap, [&](std::size_t in_at, std::size_t out_at, std::size_t count) {
          gemm(count, in, out, {dy + image * S.output.image_stride() + out_at, S.output.pixel_stride},
               {kernel + tap * in * out, out, true}, 1.0f, dx + image * S.input.image_stride() + in_at,
               S.window.stride_x * S.input.pixel_stride);
        });
    });
  }

 private:
  template <Conv2dSpec S>
  static constexpr bool is_pointwise() {
    return S.window == Window{} && S.input.height == S.output.height && S.input.width == S.output.width;
  }

  // Output pixels in one product: as many as have their patches in the scratch memory.
  template <Conv2dSpec S>
  static constexpr std::size_t tile_rows() {
    return std::clamp(HostContext::scratch_size / S.patch_size(), std::size_t{1}, S.output.pixels());
  }

  // patch (kernel height, kernel width, input channels), zeros outside the image
  template <Conv2dSpec S>
  static void copy_patch(const float* image, std::size_t out_pixel, float* patch) {
    constexpr std::size_t channels = S.input.channels, row_size = S.window.width * channels;
    const std::size_t top = out_pixel / S.output.width * S.window.stride_y;
    const std::size_t left = out_pixel % S.output.width * S.window.stride_x;
    const std::size_t first = S.window.pad_left > left ? S.window.pad_left - left : 0;
    const std::size_t end = std::min(S.window.width, S.input.width + S.window.pad_left - left);
    for (std::size_t ky = 0; ky < S.window.height; ++ky, patch += row_size) {
      const std::size_t iy = top + ky - S.window.pad_top;
      if (iy >= S.input.height) {
        std::fill_n(patch, row_size, 0.0f);
        continue;
      }
      std::fill_n(patch, first * channels, 0.0f);
      const float* from = image + pixel(S.input, 0, iy, left + first - S.window.pad_left);
      if constexpr (S.input.contiguous()) {
        std::copy_n(from, (end - first) * channels, patch + first * channels);
      } else {
        for (std::size_t kx = first; kx < end; ++kx, from += S.input.pixel_stride)
          std::copy_n(from, channels, patch + kx * channels);
      }
      std::fill(patch + end * channels, patch + row_size, 0.0f);
    }
  }

  template <Conv2dSpec S, class Act>
  static void finish(const float* bias, float* row) {
    if (bias != nullptr)
      for (std::size_t f = 0; f < S.output.channels; ++f) row[f] += bias[f];
    activate_row(Act{}, row, row, S.output.channels);
  }

  // For one tap, every row of output pixels that it reaches: f(offset in x, offset in y, pixels).
  template <Conv2dSpec S, class Function>
  static void for_each_row(std::size_t batch, std::size_t tap, Function&& f) {
    const std::size_t ky = tap / S.window.width, kx = tap % S.window.width;
    const ColumnRange columns = inside_columns(S, kx);
    if (columns.begin >= columns.end) return;
    for (std::size_t image = 0; image < batch; ++image)
      for (std::size_t oy = 0; oy < S.output.height; ++oy) {
        const std::size_t iy = oy * S.window.stride_y + ky - S.window.pad_top;
        if (iy >= S.input.height) continue;
        const std::size_t ix = columns.begin * S.window.stride_x + kx - S.window.pad_left;
        f(pixel(S.input, image, iy, ix), pixel(S.output, image, oy, columns.begin),
          columns.end - columns.begin);
      }
  }
};

}  // namespace graft::detail
