// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/bfloat16_pairs.hpp>
#include <graft/backend/simd/direct_convolution.hpp>

namespace graft::detail::simd {

/// The specification of a convolution whose input holds pairs of channels, without gaps.
constexpr Conv2dSpec on_pairs(Conv2dSpec s) {
  s.input.channels = s.input.pixel_stride = pair_count(s.input.channels);
  return s;
}

/// How the work of a direct convolution on pairs is divided: bands of output rows (of a 1x1 convolution,
/// tiles), the input of each of which is converted at once; in a band, blocks of channels; in a block, parts
/// of its rows.
template <Conv2dSpec S>
struct PairPlan : ConvolutionPlan<on_pairs(S)> {
  static constexpr Conv2dSpec pairs = on_pairs(S);
  using P = ConvolutionPlan<pairs>;
  static constexpr std::size_t rows = P::pointwise ? P::row.count : P::height;

  /// Pixels [begin, end) of the input that a band of the output needs.
  struct Range {
    std::size_t begin, end;
  };
  static constexpr Range input_of(Division by, std::size_t band) {
    const std::size_t first = by.begin(band), last = first + by.length(band);
    if (P::pointwise) return {P::row.begin(first), P::row.begin(last)};
    const Window& w = S.window;
    const std::size_t top = first * w.stride_y, bottom = (last - 1) * w.stride_y + w.height;
    const std::size_t begin = top > w.pad_top ? top - w.pad_top : 0;
    const std::size_t end = bottom < S.input.height + w.pad_top ? bottom - w.pad_top : S.input.height;
    return {begin * S.input.width, end * S.input.width};
  }
  static constexpr std::size_t scratch_of(Division by) {
    std::size_t most = 0;
    for (std::size_t band = 0; band < by.count; ++band) {
      const Range range = input_of(by, band);
      most = std::max(most, (range.end - range.begin) * pairs.input.channels);
    }
    return most;
  }
  /// Of a small map, whose weights are more than its pixels, two equal ones or one; else a number that
  /// threads can share.
  static constexpr Division bands = [] {
    const Division few = divide(rows, rows % 2 == 0 ? 2 : 1);
    if (S.output.pixels() <= 64 && scratch_of(few) <= HostContext::scratch_size) return few;
    std::size_t count = std::min<std::size_t>(4, rows);
    while (count < rows && scratch_of(divide(rows, count)) > HostContext::scratch_size / 2)
      count = std::min(2 * count, rows);
    return divide(rows, count);
  }();
  static constexpr bool fits = scratch_of(bands) <= HostContext::scratch_size;
  /// Two where an odd block would leave one of two threads without work.
  static constexpr std::size_t parts = P::blocks % 2 == 0 || bands.size < 2 ? 1 : 2;

  static constexpr std::size_t block_channels = P::block_vectors * lanes;
  static constexpr std::size_t last_channels = S.output.channels - (P::blocks - 1) * block_channels;
};

/// Fetches the weights of the next block from memory, a little with each step on those of the present one: a
/// network has more weights than caches hold.
struct WeightStream {
  const char* next;
  std::size_t bytes;  ///< for each step

  __attribute__((always_inline)) void advance() {
    fetch(next);
    next += bytes;
  }
};

/// One tile, as convolve_tile computes it on floats. x: the pairs of the pixels from number `origin` on.
template <Conv2dSpec S, class Act, std::size_t Pixels, std::size_t Channels, bool Border, std::size_t Begin>
void convolve_pairs(const float* x, std::size_t origin, const float* weights, const float* bias, float* y,
                    std::size_t oy, std::size_t begin, WeightStream& stream) {
  using P = ConvolutionPlan<S>;
  constexpr std::size_t vectors = vectors_of(Channels), pixel_step = S.window.stride_x * S.input.channels;
  PairAccumulators<Pixels, vectors> a;
  a.start(bias, Channels);

  WeightStream fetched = stream;  // in registers
  const std::size_t top = oy * S.window.stride_y;
  const std::size_t first = top < S.window.pad_top ? S.window.pad_top - top : 0;
  const std::size_t end =
      P::pointwise ? 1 : std::min(S.window.height, S.input.height + S.window.pad_top - top);
  for (std::size_t ky = first; ky < end; ++ky) {
    // May point before the row of the image at a border; only what lies inside is read.
    const auto row = static_cast<std::ptrdiff_t>((top + ky - S.window.pad_top) * S.input.width - origin);
    const auto column = static_cast<std::ptrdiff_t>((Border ? Begin : begin) * S.window.stride_x) -
                        static_cast<std::ptrdiff_t>(S.window.pad_left);
    const float* from = x + (row + column) * static_cast<std::ptrdiff_t>(S.input.channels);
    const float* w = weights + ky * P::taps * vectors * lanes;
    if constexpr (Border) {
      unroll<S.window.width>([&](auto kx) {
        constexpr std::size_t lo = P::first_pixel(Begin, Pixels, kx), hi = P::end_pixel(Begin, Pixels, kx);
        if constexpr (lo < hi)
          for (std::size_t k = kx * S.input.channels; k < (kx + 1) * S.input.channels; ++k) {
            fetched.advance();
            a.template step<lo, hi>(from + k, pixel_step, w + k * vectors * lanes);
          }
      });
    } else {
      for (std::size_t k = 0; k < P::taps; ++k) {
        fetched.advance();
        a.step(from + k, pixel_step, w + k * vectors * lanes);
      }
    }
  }
  stream = fetched;
  a.template finish<Act>(y, S.output.pixel_stride, Channels);
}

/// Direct convolution of bfloat16 weights and inputs, summed in float.
template <Conv2dSpec S>
struct DirectBfloat16Convolution {
  using P = PairPlan<S>;
  static constexpr std::string_view name = "direct, bfloat16";
  static constexpr std::size_t packed_size = P::packed_size;
  /// Cost for one image in units of step_cost; taps on padding cost nothing.
  static constexpr double cost = [] {
    std::size_t rows = 0, columns = 0;  // of the window that lie in the image, over all rows and columns
    for (std::size_t oy = 0; oy < S.output.height; ++oy)
      for (std::size_t ky = 0; ky < S.window.height; ++ky)
        rows += oy * S.window.stride_y + ky - S.window.pad_top < S.input.height;
    for (std::size_t ox = 0; ox < S.output.width; ++ox)
      for (std::size_t kx = 0; kx < S.window.width; ++kx)
        columns += ox * S.window.stride_x + kx - S.window.pad_left < S.input.width;
    return static_cast<double>(P::pairs.input.channels * rows * columns) /
           static_cast<double>(P::pointwise ? S.output.pixels() : S.output.width) *
           row_cost(P::width, S.output.channels, P::block_vectors);
  }();

  /// [block][kh][kw][pairs of Cin][vectors of the block]
  static void pack(std::span<const float> kernel, float* packed) {
    const auto weight = [&](std::size_t tap, std::size_t in, std::size_t out) {
      return in < S.input.channels && out < S.output.channels
                 ? kernel[(tap * S.input.channels + in) * S.output.channels + out]
                 : 0.0f;
    };
    for (std::size_t block = 0; block < P::blocks; ++block)
      for (std::size_t tap = 0; tap < S.window.height * S.window.width; ++tap)
        for (std::size_t in = 0; in < S.input.channels; in += 2)
          for (std::size_t c = 0; c < P::vectors_in(block) * lanes; ++c) {
            const std::size_t out = block * P::block_channels + c;
            *packed++ = make_pair(weight(tap, in, out), weight(tap, in + 1, out));
          }
  }

  template <class Act>
  static void run(HostContext& context, std::size_t batch, const float* x, const float* packed,
                  const float* bias, float* y) {
    const auto convert = [&](std::size_t group, std::size_t worker) {
      const typename P::Range range = P::input_of(P::bands, group % P::bands.count);
      const float* pixels = x + group / P::bands.count * S.input.image_stride();
      float* pairs = context.scratch(worker);
      for (std::size_t p = range.begin; p < range.end; ++p, pairs += P::pairs.input.channels)
        make_pairs<S.input.channels>(pixels + p * S.input.pixel_stride, pairs);
    };
    constexpr std::size_t tasks_of_band = P::blocks * P::parts;
    context.team().run(
        batch * P::bands.count, tasks_of_band, convert, [&](std::size_t task, std::size_t worker) {
          const std::size_t group = task / tasks_of_band, image = group / P::bands.count;
          const std::size_t band = group % P::bands.count, block = task % tasks_of_band / P::parts;
          const Division part = divide(P::bands.length(band), P::parts);
          const std::size_t begin = P::bands.begin(band) + part.begin(task % P::parts),
                            end = begin + part.length(task % P::parts);
          const std::size_t origin = P::input_of(P::bands, band).begin;
          const float* pairs = context.scratch(worker);
          const float* weights = packed + block * P::block_channels * P::pairs.patch_size();
          const float* start = bias + block * P::block_channels;
          float* out = y + image * S.output.image_stride() + block * P::block_channels;
          if (block + 1 < P::blocks)
            convolve_rows<Act, P::blocks == 1 ? P::last_channels : P::block_channels>(pairs, origin, weights,
                                                                                      start, out, begin, end);
          else
            convolve_rows<Act, P::last_channels>(pairs, origin, weights, start, out, begin, end);
        });
  }

 private:
  // Rows [begin, end) of the output for one block of channels.
  template <class Act, std::size_t Channels>
  static void convolve_rows(const float* x, std::size_t origin, const float* weights, const float* bias,
                            float* y, std::size_t begin, std::size_t end) {
    constexpr std::size_t size = vectors_of(Channels) * lanes * P::pairs.patch_size();
    const std::size_t steps = (end - begin) * (P::pointwise ? 1 : P::row.count * S.window.height) * P::taps;
    WeightStream stream{reinterpret_cast<const char*>(weights + size), size * sizeof(float) / steps};
    const auto tile = [&]<std::size_t Pixels, bool Border, std::size_t Begin>(std::size_t oy,
                                                                              std::size_t at) {
      convolve_pairs<P::pairs, Act, Pixels, Channels, Border, Begin>(
          x, origin, weights, bias, y + (oy * P::width + at) * S.output.pixel_stride, oy, at, stream);
    };
    for (std::size_t row = begin; row < end; ++row)
      if constexpr (P::pointwise) {
        if (row < P::row.larger)
          tile.template operator()<P::row.length(0), false, 0>(0, P::row.begin(row));
        else
          tile.template operator()<P::row.size, false, 0>(0, P::row.begin(row));
      } else {
        unroll<P::row.count>([&](auto t) {
          constexpr std::size_t at = P::row.begin(t), pixels = P::row.length(t);
          constexpr bool border = !P::interior(at, pixels);
          tile.template operator()<pixels, border, border ? at : 0>(row, at);
        });
      }
  }
};

}  // namespace graft::detail::simd
