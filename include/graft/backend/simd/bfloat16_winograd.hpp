// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/bfloat16_direct.hpp>
#include <graft/backend/simd/winograd.hpp>

namespace graft::detail::simd {

/// B d B^T of one tile, as WinogradTile computes it, rounded to bfloat16 when it is stored.
/// pixels: (Y::size, X::size) pointers to `channels` floats each, an even number and at least a vector of
/// them. v: points planes, `plane` floats apart, of the channels' pairs.
template <class Y, class X>
void transform_to_pairs(const float* const* pixels, std::size_t channels, float* v, std::size_t plane) {
  for (std::size_t begin = 0; begin < channels; begin += lanes) {
    // The last vector overlaps the one before it where channels fill no vector.
    const std::size_t c = std::min(begin, channels - lanes);
    Vector rows[Y::size][X::size];
    unroll<Y::size>([&](auto y) __attribute__((always_inline)) {
      Vector d[X::size];
      unroll<X::size>([&](auto x)
                          __attribute__((always_inline)) { load(d[x], pixels[y * X::size + x] + c); });
      X::input(d, rows[y]);
    });
    unroll<X::size>([&](auto x) __attribute__((always_inline)) {
      Vector d[Y::size], t[Y::size];
      unroll<Y::size>([&](auto y) __attribute__((always_inline)) { d[y] = rows[y][x]; });
      Y::input(d, t);
      unroll<Y::size>([&](auto y) __attribute__((always_inline)) {
        store_bfloat16(v + (y * X::size + x) * plane + c / 2, t[y]);
      });
    });
  }
}

/// Winograd's algorithm with both factors of its products rounded to bfloat16; all sums are float's.
template <Conv2dSpec S, class Y, class X>
struct WinogradBfloat16Convolution {
  using Tile = WinogradTile<Y, X>;
  static constexpr std::size_t depth = pair_count(S.input.channels);
  static constexpr WinogradPlan plan = plan_winograd(on_pairs(S), Y::outputs, X::outputs, Tile::points);
  static_assert(S.window.height == Y::taps && S.window.width == X::taps);
  static_assert(S.window.stride_x == 1 && S.window.stride_y == 1);
  static_assert(S.input.channels >= lanes && S.input.channels % 2 == 0);
  static constexpr double cost = plan.cost;
  static constexpr std::size_t packed_size = Tile::points * depth * vectors_of(S.output.channels) * lanes;

  /// [block][point][pairs of Cin][vectors of the block], each weight computed in double.
  static void pack(std::span<const float> kernel, float* packed) {
    constexpr std::size_t in = S.input.channels, out = S.output.channels;
    for (std::size_t block = 0; block < plan.blocks.count; ++block) {
      const std::size_t first = plan.blocks.begin(block) * lanes, width = plan.blocks.length(block) * lanes;
      for (std::size_t c = 0; c < in; c += 2)
        for (std::size_t n = 0; n < width; ++n) {
          std::array<double, Tile::points> a{}, b{};
          if (first + n < out) {
            a = Tile::kernel(kernel.data() + c * out + first + n, in * out);
            b = Tile::kernel(kernel.data() + (c + 1) * out + first + n, in * out);
          }
          for (std::size_t p = 0; p < Tile::points; ++p)
            packed[(p * depth + c / 2) * width + n] =
                make_pair(static_cast<float>(a[p]), static_cast<float>(b[p]));
        }
      packed += Tile::points * depth * width;
    }
  }

  template <bool Rectify>
  static void run(HostContext& context, std::size_t batch, const float* x, const float* packed,
                  const float* bias, float* y) {
    context.team().run(batch * plan.groups.count, [&](std::size_t task, std::size_t) {
      const std::size_t image = task / plan.groups.count, group = task % plan.groups.count;
      const std::size_t first = plan.groups.begin(group), tiles = plan.groups.length(group);
      const auto transform_group = [&](std::size_t worker) {
        for (std::size_t t = 0; t < tiles; ++t)
          transform_input(x + image * S.input.image_stride(), first + t, context.scratch(worker) + t * depth,
                          tiles * depth);
      };
      context.team().run(plan.blocks.count, transform_group, [&](std::size_t block, std::size_t worker) {
        const float* v = context.scratch(worker);
        float* m = context.scratch(worker) + plan.input_size;
        const float* u = packed + plan.blocks.begin(block) * lanes * depth * Tile::points;
        unroll<2>([&](auto larger) {
          constexpr std::size_t vectors = plan.blocks.size + larger;
          if constexpr (larger < plan.kinds_of_block())
            if (plan.blocks.length(block) == vectors) {
              multiply<vectors>(tiles, v, u, m);
              for (std::size_t i = 0; i < vectors; ++i)
                transform_output<Rectify>(m + i * lanes, vectors * lanes, first, tiles, bias,
                                          plan.blocks.begin(block) + i, y + image * S.output.image_stride());
            }
        });
      });
    });
  }

 private:
  static void transform_input(const float* image, std::size_t tile, float* v, std::size_t plane) {
    // Unsigned differences wrap around before the image, and are then not below its extent.
    const std::size_t top = tile / plan.columns * Y::outputs - S.window.pad_top;
    const std::size_t left = tile % plan.columns * X::outputs - S.window.pad_left;
    const float* pixels[Tile::points];
    for (std::size_t p = 0; p < Tile::points; ++p) {
      const std::size_t row = top + p / X::size, column = left + p % X::size;
      pixels[p] = row < S.input.height && column < S.input.width
                      ? image + (row * S.input.width + column) * S.input.pixel_stride
                      : padding_pixel<S.input.channels>.data();
    }
    transform_to_pairs<Y, X>(pixels, S.input.channels, v, plane);
  }

  // For each point, m (tiles, width) = v (tiles, pairs) u (pairs, width). The last register tile overlaps the
  // one before it where `tiles` is no multiple of its pixels.
  template <std::size_t Vectors>
  static void multiply(std::size_t tiles, const float* v, const float* u, float* m) {
    constexpr std::size_t width = Vectors * lanes;
    for (std::size_t p = 0; p < Tile::points; ++p, u += depth * width)
      for (std::size_t begin = 0; begin < tiles; begin += plan.pixels) {
        const std::size_t row = p * tiles + std::min(begin, tiles - plan.pixels);
        PairAccumulators<plan.pixels, Vectors> a{};
        for (std::size_t k = 0; k < depth; ++k)
          a.template step<0, plan.pixels, depth>(v + row * depth + k, u + k * width);
        unroll<plan.pixels>([&](auto i) __attribute__((always_inline)) {
          unroll<Vectors>([&](auto j) __attribute__((always_inline)) {
            store(m + (row + i) * width + j * lanes, a.sum[i][j]);
          });
        });
      }
  }

  // One vector of channels of all tiles of a group. m: (points, tiles, width)
  template <bool Rectify>
  static void transform_output(const float* m, std::size_t width, std::size_t first, std::size_t tiles,
                               const float* bias, std::size_t vector, float* image) {
    const std::size_t channels = std::min(lanes, S.output.channels - vector * lanes);
    Vector b{};
    std::memcpy(&b, bias + vector * lanes, channels * sizeof(float));
    for (std::size_t t = 0; t < tiles; ++t) {
      const std::size_t row = (first + t) / plan.columns * Y::outputs;
      const std::size_t column = (first + t) % plan.columns * X::outputs;
      Tile::template output<Rectify>(
          m + t * width, tiles * width, b,
          {image + (row * S.output.width + column) * S.output.pixel_stride + vector * lanes,
           S.output.width * S.output.pixel_stride, S.output.pixel_stride,
           std::min(Y::outputs, S.output.height - row), std::min(X::outputs, S.output.width - column),
           channels});
    }
  }
};

}  // namespace graft::detail::simd
