// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/bfloat16_bits.hpp>
#include <graft/backend/simd/tile.hpp>

#include <bit>
#include <cstdint>
#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

namespace graft::detail::simd {

/// Two bfloat16 that are neighbours in memory are a pair, in the storage of one float; registers of them.
typedef std::uint16_t Bfloats __attribute__((vector_size(sizeof(Vector) / 2)));
typedef std::uint32_t Pairs __attribute__((vector_size(sizeof(Vector))));

constexpr std::size_t pair_count(std::size_t values) { return divide_up(values, 2); }

/// The pair of two floats.
constexpr float make_pair(float first, float second) {
  return std::bit_cast<float>(std::uint32_t{to_bfloat16(second)} << 16 | to_bfloat16(first));
}

/// to_bfloat16 of all lanes, stored in half as many floats. AVX512_BF16 makes denormals zero.
inline __attribute__((always_inline)) void store_bfloat16(float* to, const Vector& v) {
#if defined(__AVX512BF16__)
  const auto result = reinterpret_cast<Bfloats>(_mm512_cvtneps_pbh(v));
#else
  const auto bits = reinterpret_cast<Pairs>(v);
  const Pairs top = bits >> 16, rounded = (bits + 0x7fffu + (top & 1u)) >> 16;
  const auto result = __builtin_convertvector(v == v ? rounded : top | 0x40u, Bfloats);
#endif
  std::memcpy(to, &result, sizeof result);
}

/// Values as pairs; a last one without a neighbour is paired with zero.
template <std::size_t Count>
void make_pairs(const float* x, float* pairs) {
  constexpr std::size_t whole = Count / lanes * lanes;
  const auto convert = [&](std::size_t c) {
    Vector v;
    load(v, x + c);
    store_bfloat16(pairs + c / 2, v);
  };
  for (std::size_t c = 0; c < whole; c += lanes) convert(c);
  if constexpr (whole < Count && Count > lanes && Count % 2 == 0)
    convert(Count - lanes);  // overlaps what is done
  else if constexpr (whole < Count)
    for (std::size_t c = whole; c < Count; c += 2)
      pairs[c / 2] = make_pair(x[c], c + 1 < Count ? x[c + 1] : 0.0f);
}

/// In every lane, sum += first of w * first of x + second of w * second of x. The products are exact; with
/// AVX512_BF16, one rounding is less, and denormals count as zero.
inline __attribute__((always_inline)) void add_products(Vector& sum, const Pairs& w, const Pairs& x) {
#if defined(__AVX512BF16__)
  sum = _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(w), reinterpret_cast<__m512bh>(x));
#else
  sum += reinterpret_cast<Vector>(w << 16) * reinterpret_cast<Vector>(x << 16);
  sum += reinterpret_cast<Vector>(w & 0xffff0000u) * reinterpret_cast<Vector>(x & 0xffff0000u);
#endif
}

/// The sums of a tile, and the step of the inner loop on them.
template <std::size_t Pixels, std::size_t Vectors>
struct PairAccumulators : TileSums<Pixels, Vectors> {
  using TileSums<Pixels, Vectors>::sum;

  /// Adds the products of one pair of each pixel [First, End), `stride` floats apart, with the weights.
  template <std::size_t First = 0, std::size_t End = Pixels>
  __attribute__((always_inline)) void step(const float* x, std::size_t stride, const float* weights) {
    Pairs w[Vectors];
    unroll<Vectors>([&](std::size_t v) __attribute__((always_inline)) {
      std::memcpy(&w[v], weights + v * lanes, sizeof(Pairs));
    });
    unroll<End - First>([&](std::size_t i) __attribute__((always_inline)) {
      const std::size_t m = First + i;
      std::uint32_t pair;
      std::memcpy(&pair, x + m * stride, sizeof pair);
      const Pairs value = pair - Pairs{};
      unroll<Vectors>([&](std::size_t v)
                          __attribute__((always_inline)) { add_products(sum[m][v], w[v], value); });
    });
  }
};

/// The factors of a convolution's products as pairs of bfloat16.
struct Bfloat16Products {
  static constexpr std::size_t channels_in_float = 2;
  template <std::size_t Pixels, std::size_t Vectors>
  using Accumulators = PairAccumulators<Pixels, Vectors>;

  static __attribute__((always_inline)) void store(float* to, const Vector& v) { store_bfloat16(to, v); }
  static float pack(const std::array<double, 2>& weights) {
    return make_pair(static_cast<float>(weights[0]), static_cast<float>(weights[1]));
  }
};

}  // namespace graft::detail::simd
