// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/blas/gemm.hpp>
#include <graft/backend/reference/convolution.hpp>

namespace graft::detail {

/// Output pixels of a row whose input column ox * stride + kx - pad lies inside the input, for one kx.
struct ColumnRange {
  std::size_t begin, end;
};
template <class Spec>
constexpr ColumnRange inside_columns(const Spec& s, std::size_t kx) {
  const std::size_t pad = s.window.pad_left, stride = s.window.stride_x;
  const std::size_t begin = pad > kx ? (pad - kx + stride - 1) / stride : 0;
  const std::size_t limit = s.input.width + pad;  // first kx + ox * stride beyond the image
  const std::size_t end = limit > kx ? (limit - kx + stride - 1) / stride : 0;
  return {begin, end < s.output.width ? end : s.output.width};
}

/// For one tap, every row of output pixels that it reaches: f(offset in x, offset in y, pixels).
template <class Spec, class Function>
void for_each_row(const Spec& s, std::size_t batch, std::size_t tap, Function&& f) {
  const std::size_t ky = tap / s.window.width, kx = tap % s.window.width;
  const ColumnRange columns = inside_columns(s, kx);
  if (columns.begin >= columns.end) return;
  for (std::size_t image = 0; image < batch; ++image)
    for (std::size_t oy = 0; oy < s.output.height; ++oy) {
      const std::size_t iy = oy * s.window.stride_y + ky - s.window.pad_top;
      if (iy >= s.input.height) continue;
      const std::size_t ix = columns.begin * s.window.stride_x + kx - s.window.pad_left;
      f(pixel(s.input, image, iy, ix), pixel(s.output, image, oy, columns.begin),
        columns.end - columns.begin);
    }
}

/// sums (channels) = sum over batch and pixels of dy.
inline void add_pixels(const ImageLayout& layout, std::size_t batch, const float* dy, float* sums) {
  std::fill_n(sums, layout.channels, 0.0f);
  for (std::size_t image = 0; image < batch; ++image)
    for (std::size_t p = 0; p < layout.pixels(); ++p)
      for (std::size_t f = 0; f < layout.channels; ++f) sums[f] += dy[pixel(layout, image, 0, p) + f];
}

/// Convolution as matrix products: patches (im2col) in tiles that stay in the cache, times the kernel as it
/// stands. OpenBLAS takes sizes at run time, so the specification does too from here on: one instantiation
/// serves all layers.
struct BlasConvolution {
  template <Conv2dSpec S, class Act>
  static void conv2d(HostContext& context, std::size_t batch, const float* x, const float* kernel,
                     const float* bias, float* y) {
    static_assert(S.patch_size() <= HostContext::scratch_size, "one patch must fit the scratch memory");
    convolve<Act>(S, context, batch, x, kernel, bias, y);
  }

  template <Conv2dSpec S, class Act>
  static void conv2d_packed(HostContext& context, std::size_t batch, const float* x, const float* packed,
                            const float* bias, float* y) {
    conv2d<S, Act>(context, batch, x, packed, bias, y);
  }

  template <Conv2dSpec S>
  static void conv2d_backward_kernel(HostContext& context, std::size_t batch, const float* x, const float* dy,
                                     float* dkernel, float* dbias) {
    differentiate_kernel(S, context, batch, x, dy, dkernel, dbias);
  }

  template <Conv2dSpec S>
  static void conv2d_backward_input(HostContext& context, std::size_t batch, const float* kernel,
                                    const float* dy, float* dx) {
    differentiate_input(S, context, batch, kernel, dy, dx);
  }

 private:
  template <class Act>
  static void convolve(const Conv2dSpec& s, HostContext& context, std::size_t batch, const float* x,
                       const float* kernel, const float* bias, float* y) {
    const std::size_t rows = tile_rows(s), pixels = s.output.pixels(), tiles = (pixels + rows - 1) / rows;
    use_one_blas_thread();
    context.team().run(batch * tiles, [&](std::size_t task, std::size_t worker) {
      const std::size_t image = task / tiles, begin = task % tiles * rows;
      const std::size_t count = std::min(rows, pixels - begin);
      const float* source = x + image * s.input.image_stride();
      float* out = y + pixel(s.output, image, 0, begin);
      Matrix patches{source + begin * s.input.pixel_stride, s.input.pixel_stride};  // a 1x1 kernel's
      if (!is_pointwise(s)) {
        float* scratch = context.scratch(worker);
        for (std::size_t r = 0; r < count; ++r)
          copy_patch(s, source, begin + r, scratch + r * s.patch_size());
        patches = {scratch, s.patch_size()};
      }
      gemm(count, s.output.channels, s.patch_size(), patches, {kernel, s.output.channels}, 0.0f, out,
           s.output.pixel_stride);
      for (std::size_t r = 0; r < count; ++r)
        finish<Act>(bias, out + r * s.output.pixel_stride, s.output.channels);
    });
  }

  template <class Act>
  static void finish(const float* bias, float* row, std::size_t channels) {
    if (bias != nullptr)
      for (std::size_t f = 0; f < channels; ++f) row[f] += bias[f];
    activate_row(Act{}, row, row, channels);
  }

  // One task for a tap (ky, kx) and a block of input channels: what the tap reads of many images, gathered,
  // times their dy.
  static void differentiate_kernel(const Conv2dSpec& s, HostContext& context, std::size_t batch,
                                   const float* x, const float* dy, float* dkernel, float* dbias) {
    constexpr std::size_t block = 64;
    const std::size_t in = s.input.channels, out = s.output.channels, rows = batch * s.output.pixels();
    const std::size_t blocks = (in + block - 1) / block;
    use_one_blas_thread();
    context.team().run(s.window.height * s.window.width * blocks, [&](std::size_t task, std::size_t worker) {
      const std::size_t tap = task / blocks, first = task % blocks * block;
      const std::size_t channels = std::min(block, in - first), tile = HostContext::scratch_size / block;
      float* to = dkernel + (tap * in + first) * out;
      for (std::size_t begin = 0; begin < rows; begin += tile) {
        const std::size_t count = std::min(tile, rows - begin);
        Matrix values{x + begin * s.input.pixel_stride + first, s.input.pixel_stride, true};
        if (!is_pointwise(s)) {
          float* scratch = context.scratch(worker);
          for (std::size_t r = 0; r < count; ++r)
            copy_tap(s, x + first, begin + r, tap, channels, scratch + r * channels);
          values = {scratch, channels, true};
        }
        gemm(channels, out, count, values, {dy + begin * s.output.pixel_stride, s.output.pixel_stride},
             begin == 0 ? 0.0f : 1.0f, to, out);
      }
    });
    if (dbias != nullptr) add_pixels(s.output, batch, dy, dbias);
  }

  // out_pixel counts through the batch; values (channels), zeros outside the image
  static void copy_tap(const Conv2dSpec& s, const float* x, std::size_t out_pixel, std::size_t tap,
                       std::size_t channels, float* values) {
    const std::size_t image = out_pixel / s.output.pixels(), p = out_pixel % s.output.pixels();
    const std::size_t iy = p / s.output.width * s.window.stride_y + tap / s.window.width - s.window.pad_top;
    const std::size_t ix = p % s.output.width * s.window.stride_x + tap % s.window.width - s.window.pad_left;
    if (iy < s.input.height && ix < s.input.width)
      std::copy_n(x + pixel(s.input, image, iy, ix), channels, values);
    else
      std::fill_n(values, channels, 0.0f);
  }

  // The gradients of an image's patches, in tiles, each added to where it was read.
  static void differentiate_input(const Conv2dSpec& s, HostContext& context, std::size_t batch,
                                  const float* kernel, const float* dy, float* dx) {
    const std::size_t rows = tile_rows(s), pixels = s.output.pixels(), out = s.output.channels;
    const Matrix transposed{kernel, out, true};
    use_one_blas_thread();
    context.team().run(batch, [&](std::size_t image, std::size_t worker) {
      float* to = dx + image * s.input.image_stride();
      for (std::size_t begin = 0; begin < pixels; begin += rows) {
        const std::size_t count = std::min(rows, pixels - begin);
        const Matrix up{dy + pixel(s.output, image, 0, begin), s.output.pixel_stride};
        if (is_pointwise(s)) {
          gemm(count, s.patch_size(), out, up, transposed, 1.0f, to + begin * s.input.pixel_stride,
               s.input.pixel_stride);
          continue;
        }
        float* scratch = context.scratch(worker);
        gemm(count, s.patch_size(), out, up, transposed, 0.0f, scratch, s.patch_size());
        for (std::size_t r = 0; r < count; ++r) add_patch(s, scratch + r * s.patch_size(), begin + r, to);
      }
    });
  }

  // patch (kernel height, kernel width, input channels); what lies outside the image is nobody's
  static void add_patch(const Conv2dSpec& s, const float* patch, std::size_t out_pixel, float* image) {
    const std::size_t channels = s.input.channels;
    const std::size_t top = out_pixel / s.output.width * s.window.stride_y - s.window.pad_top;
    const std::size_t left = out_pixel % s.output.width * s.window.stride_x - s.window.pad_left;
    for (std::size_t ky = 0; ky < s.window.height; ++ky)
      for (std::size_t kx = 0; kx < s.window.width; ++kx, patch += channels) {
        if (top + ky >= s.input.height || left + kx >= s.input.width) continue;
        float* to = image + pixel(s.input, 0, top + ky, left + kx);
        for (std::size_t c = 0; c < channels; ++c) to[c] += patch[c];
      }
  }

  static constexpr bool is_pointwise(const Conv2dSpec& s) {
    return s.window == Window{} && s.input.height == s.output.height && s.input.width == s.output.width;
  }

  // Output pixels in one product: as many as have their patches in the scratch memory.
  static constexpr std::size_t tile_rows(const Conv2dSpec& s) {
    return std::clamp(HostContext::scratch_size / s.patch_size(), std::size_t{1}, s.output.pixels());
  }

  // patch (kernel height, kernel width, input channels), zeros outside the image
  static void copy_patch(const Conv2dSpec& s, const float* image, std::size_t out_pixel, float* patch) {
    const std::size_t channels = s.input.channels, row_size = s.window.width * channels;
    const std::size_t top = out_pixel / s.output.width * s.window.stride_y;
    const std::size_t left = out_pixel % s.output.width * s.window.stride_x;
    const std::size_t first = s.window.pad_left > left ? s.window.pad_left - left : 0;
    const std::size_t end = std::min(s.window.width, s.input.width + s.window.pad_left - left);
    for (std::size_t ky = 0; ky < s.window.height; ++ky, patch += row_size) {
      const std::size_t iy = top + ky - s.window.pad_top;
      if (iy >= s.input.height) {
        std::fill_n(patch, row_size, 0.0f);
        continue;
      }
      std::fill_n(patch, first * channels, 0.0f);
      const float* from = image + pixel(s.input, 0, iy, left + first - s.window.pad_left);
      if (s.input.contiguous()) {
        std::copy_n(from, (end - first) * channels, patch + first * channels);
      } else {
        for (std::size_t kx = first; kx < end; ++kx, from += s.input.pixel_stride)
          std::copy_n(from, channels, patch + kx * channels);
      }
      std::fill(patch + end * channels, patch + row_size, 0.0f);
    }
  }
};

}  // namespace graft::detail
