// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/host_context.hpp>
#include <graft/backend/simd/activation.hpp>
#include <graft/backend/simd/tile.hpp>

#include <span>
#include <string_view>

namespace graft::detail::simd {

/// Everything about a convolution that follows from its specification.
template <Conv2dSpec S>
struct ConvolutionPlan {
  /// A 1x1 convolution takes the whole image as one row.
  static constexpr bool pointwise = S.window == Window{} && S.input.pixels() == S.output.pixels();
  static constexpr std::size_t width = pointwise ? S.output.pixels() : S.output.width;
  static constexpr std::size_t height = pointwise ? 1 : S.output.height;
  static constexpr std::size_t taps = S.window.width * S.input.channels;  // floats of one row of the window
  static constexpr std::size_t block_vectors = choose_vectors(width, S.output.channels);
  static constexpr Division row = divide_row(width, block_vectors);
  static constexpr std::size_t vectors = vectors_of(S.output.channels);
  static constexpr std::size_t blocks = (vectors + block_vectors - 1) / block_vectors;
  static constexpr std::size_t packed_size = vectors * lanes * S.patch_size();

  static constexpr std::size_t vectors_in(std::size_t block) {
    return block + 1 < blocks ? block_vectors : vectors - block * block_vectors;
  }
  /// Pixels [first, end) of a tile whose input column for kx lies in the image.
  static constexpr std::size_t first_pixel(std::size_t begin, std::size_t pixels, std::size_t kx) {
    std::size_t m = 0;
    while (m < pixels && (begin + m) * S.window.stride_x + kx < S.window.pad_left) ++m;
    return m;
  }
  static constexpr std::size_t end_pixel(std::size_t begin, std::size_t pixels, std::size_t kx) {
    std::size_t m = pixels;
    const std::size_t limit = (pointwise ? width : S.input.width) + S.window.pad_left;
    while (m > 0 && (begin + m - 1) * S.window.stride_x + kx >= limit) --m;
    return m;
  }
  /// Whether no pixel of a tile reaches over the border.
  static constexpr bool interior(std::size_t begin, std::size_t pixels) {
    for (std::size_t kx = 0; kx < S.window.width; ++kx)
      if (first_pixel(begin, pixels, kx) != 0 || end_pixel(begin, pixels, kx) != pixels) return false;
    return true;
  }
};

/// One tile: output pixels from `begin` on in row oy; Channels of its vectors are stored. At a border, Begin
/// says at compile time where the tile is, and so which pixels each kx reaches: none is multiplied by
/// padding. A call costs less than what compilers make of the loops around it when they take it up.
template <Conv2dSpec S, class Act, std::size_t Pixels, std::size_t Channels, bool Border, std::size_t Begin>
__attribute__((noinline)) void convolve_tile(const float* x, const float* weights, const float* bias,
                                             float* y, std::size_t oy, std::size_t begin) {
  using P = ConvolutionPlan<S>;
  constexpr std::size_t vectors = vectors_of(Channels), pixel_step = S.window.stride_x * S.input.pixel_stride;
  constexpr bool collide = pixels_collide(Pixels, pixel_step);
  Accumulators<Pixels, vectors> a;
  a.start(bias, Channels);

  const std::size_t top = oy * S.window.stride_y;
  const std::size_t first = top < S.window.pad_top ? S.window.pad_top - top : 0;
  const std::size_t limit = S.input.height + S.window.pad_top - top;
  const std::size_t end = P::pointwise ? 1 : limit < S.window.height ? limit : S.window.height;
  for (std::size_t ky = first; ky < end; ++ky) {
    // May point before the row of the image at a border; only what lies inside is read.
    const std::ptrdiff_t row = static_cast<std::ptrdiff_t>((top + ky - S.window.pad_top) * S.input.width);
    const std::ptrdiff_t column = static_cast<std::ptrdiff_t>((Border ? Begin : begin) * S.window.stride_x) -
                                  static_cast<std::ptrdiff_t>(S.window.pad_left);
    const float* from = x + (row + column) * static_cast<std::ptrdiff_t>(S.input.pixel_stride);
    const float* w = weights + ky * P::taps * vectors * lanes;
    if constexpr (Border) {
      unroll<S.window.width>([&](auto kx) {
        constexpr std::size_t lo = P::first_pixel(Begin, Pixels, kx), hi = P::end_pixel(Begin, Pixels, kx);
        if constexpr (lo < hi)
          for (std::size_t c = 0; c < S.input.channels; ++c) {
            const float* step_weights = w + (kx * S.input.channels + c) * vectors * lanes;
            a.fetch_ahead(step_weights);
            a.template step<lo, hi>(from + kx * S.input.pixel_stride + c, pixel_step, step_weights);
          }
      });
    } else if constexpr (S.input.contiguous()) {
      a.template steps<collide>(P::taps, from, pixel_step, w);
    } else {
      for (std::size_t kx = 0; kx < S.window.width; ++kx)
        a.template steps<collide>(S.input.channels, from + kx * S.input.pixel_stride, pixel_step,
                                  w + kx * S.input.channels * vectors * lanes);
    }
  }
  a.template finish<Act>(y, S.output.pixel_stride, Channels);
}

/// A row of output pixels for one block of channels: an own kernel for each tile at a border.
template <Conv2dSpec S, class Act, std::size_t Channels>
void convolve_row(const float* x, const float* weights, const float* bias, float* y, std::size_t oy) {
  using P = ConvolutionPlan<S>;
  float* out = y + oy * P::width * S.output.pixel_stride;
  unroll<P::row.count>([&](auto t) {
    constexpr std::size_t begin = P::row.begin(t), pixels = P::row.length(t);
    constexpr bool border = !P::interior(begin, pixels);
    convolve_tile<S, Act, pixels, Channels, border, border ? begin : 0>(
        x, weights, bias, out + begin * S.output.pixel_stride, oy, begin);
  });
}

/// The tiles [first, end) of a 1x1 convolution's map for one block of channels. There are thousands of them
/// in a large map, of two lengths.
template <Conv2dSpec S, class Act, std::size_t Channels>
void convolve_tiles(const float* x, const float* weights, const float* bias, float* y, std::size_t first,
                    std::size_t end) {
  constexpr Division row = ConvolutionPlan<S>::row;
  const auto tiles = [&]<std::size_t Pixels>(std::size_t from, std::size_t to) {
    for (std::size_t t = from; t < to; ++t) {
      const std::size_t begin = row.begin(t);
      convolve_tile<S, Act, Pixels, Channels, false, 0>(x, weights, bias, y + begin * S.output.pixel_stride,
                                                        0, begin);
    }
  };
  if constexpr (row.larger > 0) tiles.template operator()<row.size + 1>(first, std::min(end, row.larger));
  tiles.template operator()<row.size>(std::max(first, row.larger), end);
}

/// Keras' kernel (kh, kw, Cin, Cout) as blocks of columns: [block][kh][kw][Cin][vectors of the block]. Once
/// for a network, so its sizes are no constants.
inline __attribute__((noinline)) void pack_kernel(std::span<const float> kernel, std::size_t channels,
                                                  std::size_t block_vectors, float* packed) {
  for (std::size_t first = 0; first < channels; first += block_vectors * lanes) {
    const std::size_t width = std::min(block_vectors, vectors_of(channels - first)) * lanes;
    for (std::size_t row = 0; row < kernel.size(); row += channels)
      for (std::size_t c = first; c < first + width; ++c) *packed++ = c < channels ? kernel[row + c] : 0.0f;
  }
}

/// Direct convolution, every size of it a constant. Work is divided by images, parts of the map and blocks of
/// channels, in this order: two threads have a half of the map each, and read little that the other one
/// wrote. More weights than a cache holds are divided themselves, by blocks of all pixels.
template <Conv2dSpec S>
struct DirectConvolution {
  using P = ConvolutionPlan<S>;
  static constexpr std::string_view name = "direct";
  static constexpr std::size_t packed_size = P::packed_size;

  /// Cost for one image in units of step_cost.
  static constexpr double cost = static_cast<double>(P::height * S.patch_size()) *
                                 row_cost(P::width, S.output.channels, P::block_vectors);

  /// Parts of the map: as many as make tasks of 8000 cycles or more; one where blocks divide the weights
  /// evenly.
  static constexpr Division parts = [] {
    const std::size_t units = P::pointwise ? P::row.count : P::height;
    if (P::packed_size > cached_weights && P::blocks % 2 == 0 && P::vectors % P::block_vectors == 0)
      return divide(units, 1);
    const auto worthwhile = static_cast<std::size_t>(cost / static_cast<double>(8000 * P::blocks));
    return divide(units, worthwhile < 1 ? 1 : worthwhile < units ? worthwhile : units);
  }();

  static void pack(std::span<const float> kernel, float* packed) {
    pack_kernel(kernel, S.output.channels, P::block_vectors, packed);
  }

  template <class Act>
  static void run(HostContext& context, std::size_t batch, const float* x, const float* packed,
                  const float* bias, float* y) {
    constexpr std::size_t block_channels = P::block_vectors * lanes;
    constexpr std::size_t last_channels = S.output.channels - (P::blocks - 1) * block_channels;
    context.team().run(batch * P::blocks * parts.count, [&](std::size_t task, std::size_t) {
      const std::size_t block = task % P::blocks, image = task / P::blocks / parts.count;
      const std::size_t part = task / P::blocks % parts.count;
      const std::size_t first = parts.begin(part), end = first + parts.length(part);
      const float* source = x + image * S.input.image_stride();
      const float* weights = packed + block * block_channels * S.patch_size();
      const float* start = bias + block * block_channels;
      float* out = y + image * S.output.image_stride() + block * block_channels;
      if (block + 1 < P::blocks)
        convolve_part<Act, (P::blocks > 1 ? block_channels : last_channels)>(source, weights, start, out,
                                                                             first, end);
      else
        convolve_part<Act, last_channels>(source, weights, start, out, first, end);
    });
  }

 private:
  template <class Act, std::size_t Channels>
  static void convolve_part(const float* x, const float* weights, const float* bias, float* y,
                            std::size_t first, std::size_t end) {
    if constexpr (P::pointwise)
      convolve_tiles<S, Act, Channels>(x, weights, bias, y, first, end);
    else
      for (std::size_t oy = first; oy < end; ++oy) convolve_row<S, Act, Channels>(x, weights, bias, y, oy);
  }
};

}  // namespace graft::detail::simd
