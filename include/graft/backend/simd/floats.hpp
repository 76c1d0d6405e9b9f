// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/vector.hpp>

#include <cstdint>
#include <limits>

#ifdef __SSE__
#include <immintrin.h>
#endif

namespace graft::detail::simd {

/// A register of floats as a number, for rules that are written once for float and for vectors of it.
struct Floats {
  static constexpr std::size_t size = lanes;
  Vector value;

  Floats() = default;
  __attribute__((always_inline)) explicit Floats(const Vector& v) : value{v} {}
  __attribute__((always_inline)) explicit Floats(float x) : value{x - Vector{}} {}

  friend __attribute__((always_inline)) inline Floats operator+(const Floats& a, const Floats& b) {
    return Floats{a.value + b.value};
  }
  friend __attribute__((always_inline)) inline Floats operator-(const Floats& a, const Floats& b) {
    return Floats{a.value - b.value};
  }
  friend __attribute__((always_inline)) inline Floats operator*(const Floats& a, const Floats& b) {
    return Floats{a.value * b.value};
  }
  friend __attribute__((always_inline)) inline Floats operator/(const Floats& a, const Floats& b) {
    return Floats{a.value / b.value};
  }
};

/// About 1 / sqrt(x), to 11 bits at least: the processor's estimate, else Newton's method from an estimate
/// out of the exponent.
inline __attribute__((always_inline)) Vector estimate_reciprocal_sqrt(const Vector& x) {
#if defined(__AVX512F__)
  return _mm512_maskz_rsqrt14_ps(0xFFFF, x);
#elif defined(__AVX__)
  return _mm256_rsqrt_ps(x);
#elif defined(__SSE__)
  return _mm_rsqrt_ps(x);
#else
  typedef std::int32_t Bits __attribute__((vector_size(sizeof(Vector))));
  Vector y = reinterpret_cast<Vector>(0x5F375A86 - (reinterpret_cast<Bits>(x) >> 1));
  for (int i = 0; i < 2; ++i) y *= 1.5f - 0.5f * x * y * y;
  return y;
#endif
}

/// x, but not below the smallest normal number and not above the largest; a NaN stays one.
inline __attribute__((always_inline)) Vector made_normal(const Vector& x) {
  const Vector smallest = std::numeric_limits<float>::min() - Vector{};
  const Vector largest = std::numeric_limits<float>::max() - Vector{};
#if defined(__AVX512F__)
  return _mm512_maskz_min_ps(0xFFFF, largest, _mm512_maskz_max_ps(0xFFFF, smallest, x));
#elif defined(__AVX__)
  return _mm256_min_ps(largest, _mm256_max_ps(smallest, x));
#elif defined(__SSE__)
  return _mm_min_ps(largest, _mm_max_ps(smallest, x));
#else
  const Vector y = x < smallest ? smallest : x;
  return y > largest ? largest : y;
#endif
}

/// 1 / sqrt(x) for x >= 0, within two units in the last place: Halley's method, once. The processor's own
/// root and division share one slow unit, and would take longer than fetching the numbers from memory does.
inline __attribute__((always_inline)) Floats reciprocal_sqrt(const Floats& x) {
  const Vector normal = made_normal(x.value), y = estimate_reciprocal_sqrt(normal);
  const Vector error = 1.0f - normal * y * y;
  return Floats{y + y * error * (0.5f + 0.375f * error)};
}

/// sqrt(x), as something to divide by or to add to.
struct Root {
  Floats square;

  __attribute__((always_inline)) operator Floats() const { return square * reciprocal_sqrt(square); }
  friend __attribute__((always_inline)) inline Floats operator/(const Floats& a, const Root& b) {
    return a * reciprocal_sqrt(b.square);
  }
  friend __attribute__((always_inline)) inline Floats operator+(const Root& a, const Floats& b) {
    return Floats{a} + b;
  }
};
inline __attribute__((always_inline)) Root sqrt(const Floats& x) { return {x}; }

}  // namespace graft::detail::simd
