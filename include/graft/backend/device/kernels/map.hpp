// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/spec.hpp>
#include <graft/core/host_device.hpp>

#include <cstddef>
#include <cstdint>

/// Kernels of devices: aggregates whose operator()(i) computes item i of a launch, with no regard to any
/// other. The same functions run on the device and, in tests, on the host.
namespace graft::device {

/// Numbers items of a launch, and sizes: devices divide 32-bit numbers far faster than 64-bit ones. Offsets
/// are 64 bits wide.
using Index = std::uint32_t;

/// An ImageLayout for kernels, which take sizes at run time: one kernel serves all layers.
struct Map {
  Index height, width, channels, stride;  ///< stride: floats from one pixel to the next

  constexpr Index pixels() const { return height * width; }
  constexpr Index size() const { return pixels() * channels; }

  /// Offset of value i of a batch, counted as if there were no gaps between its pixels.
  constexpr std::size_t offset(Index i) const {
    return stride == channels ? i : std::size_t{i / channels} * stride + i % channels;
  }
  /// Offset of a pixel's first channel.
  constexpr std::size_t pixel(Index image, Index y, Index x) const {
    return (std::size_t{image} * pixels() + y * width + x) * stride;
  }
};

constexpr Index index(std::size_t n) { return static_cast<Index>(n); }

constexpr Map map(const ImageLayout& layout) {
  return {index(layout.height), index(layout.width), index(layout.channels), index(layout.pixel_stride)};
}

/// Where value i of a batch is.
struct Position {
  Index image, y, x, channel;
};
constexpr Position position(const Map& map, Index i) {
  const Index pixel = i / map.channels, row = pixel / map.width;
  return {row / map.height, row % map.height, pixel % map.width, i % map.channels};
}

/// Floats next to each other at a multiple of their size, which devices load and store as one.
template <Index Width>
struct alignas(Width * sizeof(float)) Lanes {
  float values[Width];

  GRAFT_HOST_DEVICE static Lanes load(const float* from) { return *reinterpret_cast<const Lanes*>(from); }
  GRAFT_HOST_DEVICE void store(float* to) const { *reinterpret_cast<Lanes*>(to) = *this; }
};

/// Whether a map that begins at an address has its values in such groups, each at a multiple of its size.
template <Index Width>
GRAFT_HOST_DEVICE inline bool in_lanes(const Map& map, const float* first) {
  return map.channels % Width == 0 && map.stride % Width == 0 &&
         reinterpret_cast<std::uintptr_t>(first) % sizeof(Lanes<Width>) == 0;
}
inline bool in_fours(const Map& map, const float* first) { return in_lanes<4>(map, first); }

/// A Window for kernels, with the sizes of the map that it slides over and of the one that results.
struct Slide {
  Index height, width, stride_y, stride_x, pad_top, pad_left;
  Map input, output;

  constexpr Index taps() const { return height * width; }

  /// Row of the input under row ky of the window at output row oy. Beyond the border unsigned arithmetic
  /// wraps, so that one comparison with the height finds both ends. Likewise columns.
  constexpr Index input_y(Index oy, Index ky) const { return oy * stride_y + ky - pad_top; }
  constexpr Index input_x(Index ox, Index kx) const { return ox * stride_x + kx - pad_left; }
  constexpr bool inside(Index iy, Index ix) const { return iy < input.height && ix < input.width; }

  /// The other way round: the output row whose window has row ky on input row iy, or one beyond the output if
  /// there is none. Likewise columns.
  constexpr Index output_y(Index iy, Index ky) const {
    return across(iy + pad_top, ky, stride_y, output.height);
  }
  constexpr Index output_x(Index ix, Index kx) const {
    return across(ix + pad_left, kx, stride_x, output.width);
  }

 private:
  static constexpr Index across(Index padded, Index k, Index stride, Index size) {
    return padded >= k && (padded - k) % stride == 0 ? (padded - k) / stride : size;
  }
};

/// f(y, x, tap) for every pixel of the input under the window at a pixel of the output.
template <class Function>
GRAFT_HOST_DEVICE void for_each_tap(const Slide& slide, const Position& output, Function&& f) {
  // The first row and column beyond the border are 0 with all of the window's before them.
  const auto below = [](Index first, Index pad) { return first < pad ? pad - first : 0; };
  const Index y = output.y * slide.stride_y, x = output.x * slide.stride_x;
  const Index top = below(y, slide.pad_top), left = below(x, slide.pad_left);
  for (Index ky = top, iy = y + top - slide.pad_top; ky < slide.height && iy < slide.input.height; ++ky, ++iy)
    for (Index kx = left, ix = x + left - slide.pad_left; kx < slide.width && ix < slide.input.width;
         ++kx, ++ix)
      f(iy, ix, ky * slide.width + kx);
}

/// f(y, x, tap) for every pixel of the output whose window has a pixel of the input, at that tap.
template <class Function>
GRAFT_HOST_DEVICE void for_each_window(const Slide& slide, const Position& input, Function&& f) {
  for (Index ky = 0; ky < slide.height; ++ky)
    for (Index kx = 0; kx < slide.width; ++kx) {
      const Index oy = slide.output_y(input.y, ky), ox = slide.output_x(input.x, kx);
      if (oy < slide.output.height && ox < slide.output.width) f(oy, ox, ky * slide.width + kx);
    }
}

template <class Spec>
constexpr Slide slide(const Spec& s) {
  return {index(s.window.height),
          index(s.window.width),
          index(s.window.stride_y),
          index(s.window.stride_x),
          index(s.window.pad_top),
          index(s.window.pad_left),
          map(s.input),
          map(s.output)};
}

}  // namespace graft::device
