// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/host_context.hpp>
#include <graft/backend/simd/winograd_plan.hpp>
#include <graft/backend/simd/winograd_tile.hpp>

#include <string_view>

namespace graft::detail::simd {

/// The products of a group of tiles with one block of channels, for all points. v: (points, tiles, Depth),
/// u: (points, Depth, Vectors * lanes), m: (points, tiles, Vectors * lanes). The last register tile overlaps
/// the one before it where `tiles` is no multiple of Pixels.
template <class Products, std::size_t Pixels, std::size_t Vectors, std::size_t Depth>
void multiply_points(std::size_t points, std::size_t tiles, const float* v, const float* u, float* m) {
  constexpr std::size_t width = Vectors * lanes;
  for (std::size_t p = 0; p < points; ++p, u += Depth * width)
    for (std::size_t begin = 0; begin < tiles; begin += Pixels) {
      const std::size_t row = p * tiles + std::min(begin, tiles - Pixels);
      typename Products::template Accumulators<Pixels, Vectors> a{};
      for (std::size_t k = 0; k < Depth; ++k) {
        a.fetch_ahead(u + k * width);
        a.step(v + row * Depth + k, Depth, u + k * width);
      }
      unroll<Pixels>([&](std::size_t i) __attribute__((always_inline)) {
        unroll<Vectors>([&](std::size_t j) __attribute__((always_inline)) {
          store(m + (row + i) * width + j * lanes, a.sum[i][j]);
        });
      });
    }
}

/// As many zeros as a pixel has channels: what padding reads.
template <std::size_t Channels>
alignas(64) inline constexpr std::array<float, Channels> padding_pixel{};

/// Keras' kernel (kh, kw, in, out), transformed, as [block][point][depth][vectors of the block]; each weight
/// is computed in double and rounded once.
template <class Tile, class Products>
void pack_winograd(std::span<const float> kernel, std::size_t in, std::size_t out, Division blocks,
                   float* packed) {
  constexpr std::size_t channels_in_float = Products::channels_in_float;
  const std::size_t depth = in / channels_in_float;
  for (std::size_t block = 0; block < blocks.count; ++block) {
    const std::size_t first = blocks.begin(block) * lanes, width = blocks.length(block) * lanes;
    for (std::size_t c = 0; c < depth; ++c)
      for (std::size_t n = 0; n < width; ++n) {
        std::array<std::array<double, channels_in_float>, Tile::points> u{};
        for (std::size_t i = 0; i < channels_in_float && first + n < out; ++i) {
          const float* weights = kernel.data() + (c * channels_in_float + i) * out + first + n;
          const auto column = Tile::kernel(weights, in * out);
          for (std::size_t p = 0; p < Tile::points; ++p) u[p][i] = column[p];
        }
        for (std::size_t p = 0; p < Tile::points; ++p)
          packed[(p * depth + c) * width + n] = Products::pack(u[p]);
      }
    packed += Tile::points * depth * width;
  }
}

/// A convolution of stride one by Winograd's minimal filtering, in groups of tiles. A group's tiles are
/// transformed, then each block of channels is multiplied and transformed back. The team shares the groups,
/// or the blocks of a single group: then each worker transforms the tiles for itself, because tiles written
/// by one core and read by another took longer than that.
template <Conv2dSpec S, class Y, class X, class Products = FloatProducts>
struct WinogradConvolution {
  using Tile = WinogradTile<Y, X>;
  static constexpr std::string_view name = "Winograd";
  static constexpr std::size_t channels_in_float = Products::channels_in_float;
  static constexpr std::size_t depth = S.input.channels / channels_in_float;  // floats of a pixel's channels
  static constexpr WinogradPlan plan = plan_winograd(depth, S.output, Y::outputs, X::outputs, Tile::points);
  static_assert(S.window.height == Y::taps && S.window.width == X::taps);
  static_assert(S.window.stride_x == 1 && S.window.stride_y == 1 && S.input.channels >= lanes);
  static_assert(S.input.channels % channels_in_float == 0);
  static_assert(plan.input_size + plan.product_size <= HostContext::scratch_size);
  static constexpr double cost = plan.cost;
  static constexpr std::size_t packed_size = Tile::points * depth * vectors_of(S.output.channels) * lanes;

  static void pack(std::span<const float> kernel, float* packed) {
    pack_winograd<Tile, Products>(kernel, S.input.channels, S.output.channels, plan.blocks, packed);
  }

  template <class Act>
  static void run(HostContext& context, std::size_t batch, const float* x, const float* packed,
                  const float* bias, float* y) {
    const auto transform_group = [&](std::size_t task, std::size_t worker) {
      const std::size_t image = task / plan.groups.count, group = task % plan.groups.count;
      const std::size_t first = plan.groups.begin(group), tiles = plan.groups.length(group);
      for (std::size_t t = 0; t < tiles; ++t)
        transform_input(x + image * S.input.image_stride(), first + t, context.scratch(worker) + t * depth,
                        tiles * depth);
    };
    const std::size_t groups = batch * plan.groups.count;
    context.team().run(groups, plan.blocks.count, transform_group, [&](std::size_t task, std::size_t worker) {
      const std::size_t block = task % plan.blocks.count, group = task / plan.blocks.count;
      const std::size_t image = group / plan.groups.count;
      const std::size_t first = plan.groups.begin(group % plan.groups.count);
      const std::size_t tiles = plan.groups.length(group % plan.groups.count);
      const float* v = context.scratch(worker);
      float* m = context.scratch(worker) + plan.input_size;
      const float* u = packed + plan.blocks.begin(block) * lanes * depth * Tile::points;
      unroll<2>([&](auto larger) {
        constexpr std::size_t vectors = plan.blocks.size + larger;
        if constexpr (larger < plan.kinds_of_block())
          if (plan.blocks.length(block) == vectors) {
            multiply_points<Products, plan.pixels, vectors, depth>(Tile::points, tiles, v, u, m);
            for (std::size_t i = 0; i < vectors; ++i)
              transform_output<Act>(m + i * lanes, vectors * lanes, first, tiles, bias,
                                    plan.blocks.begin(block) + i, y + image * S.output.image_stride());
          }
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
    Tile::template input<Products>(pixels, S.input.channels, v, plane);
  }

  // One vector of channels of all tiles of a group. m: (points, tiles, width)
  template <class Act>
  static void transform_output(const float* m, std::size_t width, std::size_t first, std::size_t tiles,
                               const float* bias, std::size_t vector, float* image) {
    const std::size_t channels = std::min(lanes, S.output.channels - vector * lanes);
    Vector b{};
    std::memcpy(&b, bias + vector * lanes, channels * sizeof(float));
    for (std::size_t t = 0; t < tiles; ++t) {
      const std::size_t row = (first + t) / plan.columns * Y::outputs;
      const std::size_t column = (first + t) % plan.columns * X::outputs;
      Tile::template output<Act>(
          m + t * width, tiles * width, b,
          {image + (row * S.output.width + column) * S.output.pixel_stride + vector * lanes,
           S.output.width * S.output.pixel_stride, S.output.pixel_stride,
           std::min(Y::outputs, S.output.height - row), std::min(X::outputs, S.output.width - column),
           channels});
    }
  }
};

}  // namespace graft::detail::simd
