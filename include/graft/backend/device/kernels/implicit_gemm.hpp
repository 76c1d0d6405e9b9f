// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>
#include <graft/backend/device/kernels/factors.hpp>
#include <graft/backend/device/kernels/map.hpp>
#include <graft/core/host_device.hpp>

#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

/// A convolution as a product of matrices of which the first one, the patches under the window, exists
/// nowhere: its values are read from the map as they are needed. Row m is a pixel of the output, column n a
/// channel of it, and k counts the window's values: (window height, window width, input channels).
namespace graft::device {

/// The values of a window are taken in steps of so many; zeros fill up the last one.
inline constexpr Index depth_step = 32;

constexpr Index padded_depth(Index depth) { return (depth + depth_step - 1) / depth_step * depth_step; }

/// y = relu(x * kernel + bias), relu where asked for; bias may be null.
/// x (batch, input), kernel (output channels, depth), packed by `packed_columns`, y (batch, output)
template <class Factor>
struct Convolution {
  Slide slide;
  Index rows;   ///< pixels of the output in the batch
  Index depth;  ///< padded
  const float* x;
  const typename Factor::Stored* kernel;
  const float* bias;
  bool relu;
  float* y;
};

/// A kernel (depth, columns) as Convolution reads it: by columns, each filled up with zeros, rounded.
template <class Factor>
std::vector<typename Factor::Stored> packed_columns(std::span<const float> kernel, Index columns) {
  const Index depth = index(kernel.size()) / columns, padded = padded_depth(depth);
  std::vector<typename Factor::Stored> packed(std::size_t{columns} * padded);
  for (Index k = 0; k < depth; ++k)
    for (Index n = 0; n < columns; ++n)
      packed[std::size_t{n} * padded + Factor::position(k)] =
          Factor::store(kernel[std::size_t{k} * columns + n]);
  return packed;
}

/// Where a row of the patches begins: the pixel under the window's first value, which may lie beyond the
/// border, and the floats before it. All of it wraps around, and comes back with the place in the window.
struct PatchRow {
  Index y, x, offset;
};

/// A row beyond the last one lies outside the map with all of its window.
constexpr PatchRow patch_row(const Slide& slide, Index rows, Index m) {
  if (m >= rows) return {0x8000'0000, 0, 0};
  const Index ox = m % slide.output.width, row = m / slide.output.width;
  const Index y = slide.input_y(row % slide.output.height, 0), x = slide.input_x(ox, 0);
  const Index image = row / slide.output.height;
  return {y, x, ((image * slide.input.height + y) * slide.input.width + x) * slide.input.stride};
}

/// Value k of a window: its pixel and channel. Beyond the last one `y` is not in the window.
struct Tap {
  Index y = 0, x = 0, channel = 0;

  constexpr void advance(const Slide& slide, Index values) {
    channel += values;
    while (channel >= slide.input.channels) {
      channel -= slide.input.channels;
      if (++x == slide.width) {
        x = 0;
        ++y;
      }
    }
  }

  /// Whether there is such a value, and under it a pixel of the map.
  constexpr bool inside(const Slide& slide, const PatchRow& row) const {
    return y < slide.height && slide.inside(row.y + y, row.x + x);
  }
  /// Floats behind the row's offset.
  constexpr Index offset(const Slide& slide) const {
    return (y * slide.input.width + x) * slide.input.stride + channel;
  }
};

/// Item i is a value of the output, by rows: what devices compute that cannot do better.
template <class Factor>
struct ConvolveValue {
  Convolution<Factor> convolution;

  GRAFT_HOST_DEVICE void operator()(Index i) const {
    const Slide& slide = convolution.slide;
    const Index m = i / slide.output.channels, n = i % slide.output.channels;
    const PatchRow row = patch_row(slide, convolution.rows, m);
    const auto* column = convolution.kernel + std::size_t{n} * convolution.depth;
    float sum = 0.0f;
    Tap tap;
    for (Index k = 0; k < convolution.depth; ++k, tap.advance(slide, 1))
      if (tap.inside(slide, row))
        sum += Factor::round(convolution.x[Index{row.offset + tap.offset(slide)}]) *
               Factor::load(column[Factor::position(k)]);
    if (convolution.bias != nullptr) sum += convolution.bias[n];
    convolution.y[std::size_t{m} * slide.output.stride + n] = convolution.relu ? activate(Relu{}, sum) : sum;
  }
};

/// What a block of threads computes: so many rows of so many columns.
struct Tile {
  Index rows, columns;
  constexpr bool operator==(const Tile&) const = default;
};

/// The tiles that there are kernels for, and the nanoseconds that a multiprocessor of an H100 takes for a
/// step in depth of one, with as many blocks as it can hold: medians over the layers of Inception v3 in TF32.
inline constexpr Tile tiles[] = {{128, 128}, {128, 96}, {128, 64}, {128, 32}, {64, 192},
                                 {64, 160},  {64, 96},  {64, 64},  {64, 32}};
inline constexpr Index step_nanoseconds[] = {688, 588, 515, 366, 558, 492, 343, 246, 185};

/// The tile that takes the least time on so many multiprocessors.
constexpr Tile best_tile(Index rows, Index columns, Index multiprocessors) {
  const auto divided = [](std::size_t a, std::size_t b) { return (a + b - 1) / b; };
  std::size_t best = 0, least = 0;
  for (std::size_t i = 0; i < std::size(tiles); ++i) {
    const std::size_t blocks = divided(rows, tiles[i].rows) * divided(columns, tiles[i].columns);
    const std::size_t time = divided(blocks, multiprocessors) * step_nanoseconds[i];
    if (i == 0 || time < least) {
      best = i;
      least = time;
    }
  }
  return tiles[best];
}

}  // namespace graft::device
