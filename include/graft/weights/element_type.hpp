// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace graft {

/// The formats in which an archive may store its numbers: those of IEEE 754, of either byte order, the upper
/// half of a float32, and integers where a single one counts something.
enum class ElementType { float16, bfloat16, float32, float64, int32, int64 };

constexpr bool is_integer(ElementType type) {
  return type == ElementType::int32 || type == ElementType::int64;
}

constexpr std::string_view to_string(ElementType type) {
  switch (type) {
    case ElementType::float16:
      return "float16";
    case ElementType::bfloat16:
      return "bfloat16";
    case ElementType::float32:
      return "float32";
    case ElementType::float64:
      return "float64";
    case ElementType::int32:
      return "int32";
    case ElementType::int64:
      return "int64";
  }
  return {};
}

/// Bytes of one number.
constexpr std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::float16:
    case ElementType::bfloat16:
      return 2;
    case ElementType::float32:
    case ElementType::int32:
      return 4;
    default:
      return 8;
  }
}

namespace detail {

/// The value of a binary16 number, exactly. libhdf5 would convert it bit by bit.
inline float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16, rest = half & 0x7fffU;
  // As float32 bits the number is 2^112 too small: one product mends normal and subnormal numbers alike.
  const float scaled = std::bit_cast<float>(rest << 13) * 0x1p112F;
  const std::uint32_t bits = rest < 0x7c00U ? std::bit_cast<std::uint32_t>(scaled) : 0x7f800000U | rest << 13;
  return std::bit_cast<float>(sign | bits);
}

/// The value of a bfloat16 number, exactly.
inline float bfloat16_to_float(std::uint16_t half) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16);
}

}  // namespace detail
}  // namespace graft
