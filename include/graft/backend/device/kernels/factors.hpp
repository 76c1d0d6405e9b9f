// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/bfloat16_bits.hpp>
#include <graft/backend/device/kernels/map.hpp>

#include <bit>
#include <cstdint>

/// What the factors of a convolution's products are rounded to; sums are float32 in all of them. `Stored` is
/// how a kernel lies in memory, `position` where value k of a column lies in it.
namespace graft::device {

/// 24 bits of mantissa, as they are.
struct Float32 {
  using Stored = float;
  static constexpr float round(float value) { return value; }
  static constexpr Stored store(float value) { return value; }
  static constexpr float load(Stored stored) { return stored; }
  static constexpr Index position(Index k) { return k; }
};

/// 11 bits of mantissa, which tensor cores take in the place of a float: the nearest one, ties away from 0.
struct Tf32 : Float32 {
  static constexpr float round(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const bool finite = (bits & 0x7f800000u) != 0x7f800000u;
    return finite ? std::bit_cast<float>((bits + 0x1000u) & ~0x1fffu) : value;
  }
  static constexpr Stored store(float value) { return round(value); }
};

/// 8 bits of mantissa. Of 16 values in a row, tensor cores expect a thread to have two neighbours twice; a
/// thread that has loaded floats has every fourth one. So the kernel's values change places instead.
struct Bfloat16 {
  using Stored = std::uint16_t;
  static constexpr float round(float value) { return detail::from_bfloat16(detail::to_bfloat16(value)); }
  static constexpr Stored store(float value) { return detail::to_bfloat16(value); }
  static constexpr float load(Stored stored) { return detail::from_bfloat16(stored); }
  static constexpr Index position(Index k) {
    const Index half = k % 16 / 8, odd = k % 8 / 4, thread = k % 4;
    return k / 16 * 16 + 8 * half + 2 * thread + odd;
  }
};

}  // namespace graft::device
