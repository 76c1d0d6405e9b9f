// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace graft::detail {

/// A bfloat16 is the upper half of a float. The nearest one, ties to even; a NaN stays one.
constexpr std::uint16_t to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return static_cast<std::uint16_t>(bits >> 16 | 0x40u);
  return static_cast<std::uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

constexpr float from_bfloat16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

}  // namespace graft::detail
