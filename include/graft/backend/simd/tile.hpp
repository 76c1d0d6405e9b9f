// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/activation.hpp>
#include <graft/backend/spec.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace graft::detail::simd {

/// A tile of a matrix product that stays in registers: `pixels` rows by `vectors` registers of columns.
struct Tile {
  std::size_t pixels, vectors;
};

/// Most pixels for a number of vectors: accumulators, the vectors of weights, and one broadcast value. Of 16
/// registers one stays free: with all in use compilers read the weights again for each multiplication.
constexpr std::size_t most_pixels(std::size_t vectors) {
  constexpr std::size_t usable = registers == 16 ? 15 : registers;
  return usable < vectors + 1 ? 0 : (usable - vectors - 1) / vectors;
}

/// What reading a pixel's float into all lanes costs beside a multiplication: AVX-512 multiplies by a float
/// in memory, elsewhere it is an instruction of its own.
inline constexpr double broadcast_cost = lanes == 16 ? 0.6 : 1.0;

/// Cycles of one step of the inner loop, in units of a multiplication: whichever of the multiplications, the
/// loads and the latency of the accumulators takes longest. So tiles of one vector and many pixels, which
/// read a float for each multiplication, are the dearer ones.
constexpr double step_cost(Tile t) {
  const double multiplications = static_cast<double>(t.pixels * t.vectors);
  const double loads = static_cast<double>(t.vectors) + broadcast_cost * static_cast<double>(t.pixels);
  const double latency = 8.0;
  return multiplications > loads ? (multiplications > latency ? multiplications : latency)
                                 : (loads > latency ? loads : latency);
}

/// A division of a whole into parts whose lengths differ by one at most.
struct Division {
  std::size_t count, size, larger;  ///< the first `larger` parts are one longer than `size`

  constexpr std::size_t begin(std::size_t part) const {
    return part * size + (part < larger ? part : larger);
  }
  constexpr std::size_t length(std::size_t part) const { return size + (part < larger ? 1 : 0); }
};
constexpr Division divide(std::size_t whole, std::size_t parts) {
  return {parts, whole / parts, whole % parts};
}

constexpr std::size_t divide_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// A row of pixels in as few tiles as registers allow.
constexpr Division divide_row(std::size_t width, std::size_t vectors) {
  return divide(width, divide_up(width, most_pixels(vectors)));
}

/// Columns of a row of tiles: vectors of channels, in blocks of `vectors`, the last of which may be smaller.
constexpr std::size_t vectors_of(std::size_t channels) { return divide_up(channels, lanes); }

/// Cost of one step for a row of pixels and all channels, in blocks of `vectors`. Tiles are of two lengths; a
/// compiler counts its steps, and a 1x1 convolution's row is a whole map.
constexpr double row_cost(std::size_t width, std::size_t channels, std::size_t vectors) {
  const Division row = divide_row(width, vectors);
  double cost = 0.0;
  for (std::size_t left = vectors_of(channels); left > 0;) {
    const std::size_t block = left < vectors ? left : vectors;
    cost += static_cast<double>(row.larger) * step_cost({row.size + 1, block}) +
            static_cast<double>(row.count - row.larger) * step_cost({row.size, block});
    left -= block;
  }
  return cost;
}

/// The number of vectors in a block that makes a row of so many pixels cheapest.
constexpr std::size_t choose_vectors(std::size_t width, std::size_t channels) {
  std::size_t best = 1;
  for (std::size_t vectors = 2; vectors <= 6 && most_pixels(vectors) > 0; ++vectors)
    if (row_cost(width, channels, vectors) < row_cost(width, channels, best)) best = vectors;
  return best;
}

/// f(0), f(1), ..., f(Count - 1), each index a constant where it is inlined. A function of `std::size_t` is
/// compiled once; one of `auto` once for each index, which it needs only where the index makes a type.
template <std::size_t Count, class Function>
__attribute__((always_inline)) inline void unroll(Function&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
    (f(std::integral_constant<std::size_t, I>{}), ...);
  }
  (std::make_index_sequence<Count>{});
}

/// Floats of weights that a second-level cache holds, so that several parts of a map may read them in turn.
inline constexpr std::size_t cached_weights = std::size_t{1} << 18;

/// How far ahead weights are fetched into the second-level cache, in cycles: a network has more of them than
/// caches hold.
inline constexpr std::size_t prefetch_cycles = 1500;

/// Whether pixels so many floats apart crowd each other out of the first-level cache, where addresses that
/// differ by a multiple of 4 KiB share 8 ways or a few more: so they do in maps of 1024 channels. Then a few
/// channels at a time are copied to where the pixels lie closer.
constexpr bool pixels_collide(std::size_t pixels, std::size_t stride) {
  constexpr std::size_t way = 4096 / sizeof(float), ways = 8;
  const std::size_t places = way / std::max(std::gcd(stride, way), line);
  return pixels > (ways - 1) * places;  // one for the weights
}

/// The sums of a tile: pixels by registers of channels. All loops over them unroll: every index is a
/// constant, so that the sums stay in registers. Strides, in floats, and counts are constants too once the
/// kernels of a specification have taken these functions up; only here they are none, so that one function
/// serves all.
template <std::size_t Pixels, std::size_t Vectors>
struct TileSums {
  static constexpr std::size_t row = Vectors * lanes;  ///< weights of one step
  Vector sum[Pixels][Vectors];

  /// Fetches the weights of a later step than the one that begins here.
  static __attribute__((always_inline)) void fetch_ahead(const float* weights) {
    constexpr std::size_t steps_ahead = prefetch_cycles / std::max<std::size_t>(Pixels * Vectors, 8);
    constexpr std::size_t vectors_in_line = std::max<std::size_t>(line / lanes, 1);
    unroll<divide_up(Vectors, vectors_in_line)>([&](std::size_t i) __attribute__((always_inline)) {
      fetch(weights + steps_ahead * row + i * vectors_in_line * lanes);
    });
  }

  /// sum[m] = bias, of which so many channels exist.
  __attribute__((always_inline)) void start(const float* bias, std::size_t channels) {
    unroll<Vectors>([&](std::size_t v) __attribute__((always_inline)) {
      Vector b;
      load_some(b, bias + v * lanes, columns_in(channels, v));
      unroll<Pixels>([&](std::size_t m) __attribute__((always_inline)) { sum[m][v] = b; });
    });
  }

  /// y[m * stride] = act(sum[m]), so many channels.
  template <class Act>
  __attribute__((always_inline)) void finish(float* y, std::size_t stride, std::size_t channels) {
    unroll<Pixels>([&](std::size_t m) __attribute__((always_inline)) {
      unroll<Vectors>([&](std::size_t v) __attribute__((always_inline)) {
        activate_vector(InRegisters<Act>{}, sum[m][v]);
        store_some(y + m * stride + v * lanes, sum[m][v], columns_in(channels, v));
      });
    });
    finish_tile<Act>(y, stride, Pixels, channels);
  }
};

/// The sums of a tile, and the step of the inner loop on them.
template <std::size_t Pixels, std::size_t Vectors>
struct Accumulators : TileSums<Pixels, Vectors> {
  using TileSums<Pixels, Vectors>::row, TileSums<Pixels, Vectors>::sum;

  /// sum[m] += x[m * stride] * weights, for the pixels [First, End).
  template <std::size_t First = 0, std::size_t End = Pixels>
  __attribute__((always_inline)) void step(const float* x, std::size_t stride, const float* weights) {
    Vector w[Vectors];
    unroll<Vectors>([&](std::size_t v) __attribute__((always_inline)) { load(w[v], weights + v * lanes); });
    unroll<End - First>([&](std::size_t i) __attribute__((always_inline)) {
      const float value = x[(First + i) * stride];
      unroll<Vectors>([&](std::size_t v)
                          __attribute__((always_inline)) { sum[First + i][v] += w[v] * value; });
    });
  }

  /// The same for all pixels and so many successive channels, weights (channels, Vectors, lanes). Colliding
  /// pixels are brought near each other, a piece of their channels at a time.
  template <bool Collide = false>
  __attribute__((always_inline)) void steps(std::size_t channels, const float* x, std::size_t stride,
                                            const float* weights) {
    if constexpr (Collide) {
      constexpr std::size_t piece = 64, near_stride = piece + 16;
      float near[Pixels * near_stride];
      const auto few = [&](std::size_t first, std::size_t count) __attribute__((always_inline)) {
        for (std::size_t m = 0; m < Pixels; ++m)
          std::memcpy(near + m * near_stride, x + m * stride + first, count * sizeof(float));
        steps(count, near, near_stride, weights + first * row);
      };
      const std::size_t whole = channels / piece * piece;
      for (std::size_t c = 0; c < whole; c += piece) few(c, piece);
      if (whole < channels) few(whole, channels - whole);
    } else {
#if defined(__clang__)
#pragma clang loop unroll(disable)  // a step is long enough
#endif
      for (std::size_t c = 0; c < channels; ++c) {
        TileSums<Pixels, Vectors>::fetch_ahead(weights + c * row);
        step(x + c, stride, weights + c * row);
      }
    }
  }
};

}  // namespace graft::detail::simd
