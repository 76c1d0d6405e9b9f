// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/activation.hpp>
#include <graft/backend/simd/winograd_axis.hpp>

#include <span>

namespace graft::detail::simd {

/// The factors of a convolution's products as floats: how they lie in memory, and what multiplies them.
struct FloatProducts {
  static constexpr std::size_t channels_in_float = 1;
  template <std::size_t Pixels, std::size_t Vectors>
  using Accumulators = simd::Accumulators<Pixels, Vectors>;

  static __attribute__((always_inline)) void store(float* to, const Vector& v) { simd::store(to, v); }
  static float pack(const std::array<double, 1>& weights) { return static_cast<float>(weights[0]); }
};

/// Winograd's transformations of one tile of a map, Y along its height and X along its width. Sizes are
/// run-time values, so that all layers of a network share them.
template <class Y, class X>
struct WinogradTile {
  static constexpr std::size_t points = Y::size * X::size;

  /// B d B^T of one tile. pixels: (Y::size, X::size) pointers to `channels` floats each; at least a vector of
  /// them. v: points planes, `plane` floats apart, of so many channels as Products stores them.
  template <class Products>
  static void input(const float* const* pixels, std::size_t channels, float* v, std::size_t plane) {
    for (std::size_t begin = 0; begin < channels; begin += lanes) {
      // The last vector overlaps the one before it where channels fill no vector.
      const std::size_t c = std::min(begin, channels - lanes);
      Vector rows[Y::size][X::size];
      for (std::size_t y = 0; y < Y::size; ++y) {
        Vector d[X::size];
        unroll<X::size>([&](std::size_t x)
                            __attribute__((always_inline)) { load(d[x], pixels[y * X::size + x] + c); });
        X::input(d, rows[y]);
      }
      for (std::size_t x = 0; x < X::size; ++x) {
        Vector d[Y::size], t[Y::size];
        unroll<Y::size>([&](std::size_t y) __attribute__((always_inline)) { d[y] = rows[y][x]; });
        Y::input(d, t);
        unroll<Y::size>([&](std::size_t y) __attribute__((always_inline)) {
          Products::store(v + (y * X::size + x) * plane + c / Products::channels_in_float, t[y]);
        });
      }
    }
  }

  /// Which outputs of a tile exist, and where they go.
  struct Destination {
    float* pixel;  ///< the first
    std::size_t row_stride, pixel_stride;
    std::size_t rows, columns, channels;
  };
  /// A m A^T of one tile plus bias, for at most a vector of channels. m: points vectors, `plane` floats
  /// apart.
  template <class Act>
  static void output(const float* m, std::size_t plane, const Vector& bias, const Destination& to) {
    // The next tile of the row will be written: its outputs may lie in another core's cache, or in none.
    for (std::size_t row = 0; row < to.rows; ++row)
      for (std::size_t x = 0; x < to.columns; ++x)
        __builtin_prefetch(to.pixel + row * to.row_stride + (X::outputs + x) * to.pixel_stride, 1, 3);

    Vector columns[Y::outputs][X::size];
    for (std::size_t x = 0; x < X::size; ++x) {
      Vector t[Y::size], y[Y::outputs];
      unroll<Y::size>([&](std::size_t i)
                          __attribute__((always_inline)) { load(t[i], m + (i * X::size + x) * plane); });
      Y::output(t, y);
      unroll<Y::outputs>([&](std::size_t i) __attribute__((always_inline)) { columns[i][x] = y[i]; });
    }
    for (std::size_t row = 0; row < to.rows; ++row) {
      Vector y[X::outputs];
      X::output(columns[row], y);
      unroll<X::outputs>([&](std::size_t x) __attribute__((always_inline)) {
        if (x >= to.columns) return;
        y[x] += bias;
        activate_vector(Act{}, y[x]);
        float* pixel = to.pixel + row * to.row_stride + x * to.pixel_stride;
        if (to.channels >= lanes)
          store(pixel, y[x]);
        else
          std::memcpy(pixel, &y[x], to.channels * sizeof(float));
      });
    }
  }

  /// G g G^T of one pair of channels, in double. kernel: (Y::taps, X::taps), `stride` floats apart.
  static std::array<double, points> kernel(const float* kernel, std::size_t stride) {
    std::array<double, points> u{};
    for (std::size_t p = 0; p < points; ++p) {
      const auto column = Y::kernel_row(p / X::size);
      const auto row = X::kernel_row(p % X::size);
      for (std::size_t y = 0; y < Y::taps; ++y)
        for (std::size_t x = 0; x < X::taps; ++x)
          u[p] += column[y] * row[x] * double{kernel[(y * X::taps + x) * stride]};
    }
    return u;
  }
};

}  // namespace graft::detail::simd
