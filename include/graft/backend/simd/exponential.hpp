// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/simd/vector.hpp>

#include <cstdint>

namespace graft::detail::simd {

/// v = exp(v) within two units in the last place, for |v| <= 87: 2^n from the exponent's bits times a
/// polynomial of the rest, which is at most ln(2) / 2. Coefficients: Cephes' expf. (Moshier)
inline __attribute__((always_inline)) void exponential(Vector& v) {
  typedef std::int32_t Bits __attribute__((vector_size(sizeof(Vector))));
  const float magic =
      12582912.0f;  // 1.5 * 2^23: what is added to it is rounded to an integer, in its lowest bits
  const Vector shifted = v * 1.44269504f + magic, n = shifted - magic;
  const Vector r = v - n * 0.693359375f + n * 2.12194440e-4f;  // ln(2) in two parts
  Vector p = 1.9875691500e-4f * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  v = reinterpret_cast<Vector>(reinterpret_cast<Bits>(p) + (reinterpret_cast<Bits>(shifted) << 23));
}

/// v = 1 / (1 + exp(-v)); a NaN stays one.
inline __attribute__((always_inline)) void sigmoid(Vector& v) {
  const Vector limit = 87.0f - Vector{};
  Vector e = v > limit ? -limit : v < -limit ? limit : -v;
  exponential(e);
  v = v == v ? 1.0f / (1.0f + e) : v;
}

}  // namespace graft::detail::simd
