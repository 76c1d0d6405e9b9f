// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/vector.hpp>

#include <cstdint>
#include <limits>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace graft::detail::simd {

/// A register of floats as a number, for rules that are written once for float and for vectors of it.
struct Floats {
  static constexpr std::size_t size = lanes;
  Vector value;

  Floats() = default;
  explicit Floats(const Vector& v) : value{v} {}
  explicit Floats(float x) : value{x - Vector{}} {}

  friend Floats operator+(const Floats& a, const Floats& b) { return Floats{a.value + b.value}; }
  friend Floats operator-(const Floats& a, const Floats& b) { return Floats{a.value - b.value}; }
  friend Floats operator*(const Floats& a, const Floats& b) { return Floats{a.value * b.value}; }
  friend Floats operator/(const Floats& a, const Floats& b) { return Floats{a.value / b.value}; }
};

/// About 1 / sqrt(x), for x > 0: the processor's estimate where it has one of 14 bits, else Newton's method
/// twice from an estimate out of the exponent.
inline Vector estimate_reciprocal_sqrt(const Vector& x) {
#ifdef __AVX512F__
  return _mm512_maskz_rsqrt14_ps(0xFFFF, x);
#else
  typedef std::int32_t Bits __attribute__((vector_size(sizeof(Vector))));
  const Vector half = x * 0.5f;
  Vector y = reinterpret_cast<Vector>(0x5F375A86 - (reinterpret_cast<Bits>(x) >> 1));
  y *= 1.5f - half * y * y;
  y *= 1.5f - half * y * y;
  return y;
#endif
}

/// 1 / sqrt(x) for x >= 0, within two units in the last place: Newton's method. The processor's own root and
/// division share one slow unit, and would take longer than fetching the numbers from memory does.
inline Floats reciprocal_sqrt(const Floats& x) {
  constexpr float smallest = std::numeric_limits<float>::min(), largest = std::numeric_limits<float>::max();
  Vector finite = x.value < smallest ? smallest - Vector{} : x.value;  // a NaN stays one
  finite = finite > largest ? largest - Vector{} : finite;
  const Vector y = estimate_reciprocal_sqrt(finite);
  return Floats{y * (1.5f - 0.5f * finite * y * y)};
}

/// sqrt(x), as something to divide by or to add to.
struct Root {
  Floats square;

  operator Floats() const { return square * reciprocal_sqrt(square); }
  friend Floats operator/(const Floats& a, const Root& b) { return a * reciprocal_sqrt(b.square); }
  friend Floats operator+(const Root& a, const Floats& b) { return Floats{a} + b; }
};
inline Root sqrt(const Floats& x) { return {x}; }

}  // namespace graft::detail::simd
