// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/hdf5.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace graft {

/// The formats in which an archive may store its numbers, of either byte order: IEEE 754, and integers where
/// a single one counts something.
enum class ElementType { float16, float32, float64, int32, int64 };

constexpr bool is_integer(ElementType type) {
  return type == ElementType::int32 || type == ElementType::int64;
}

/// Bytes of one number.
constexpr std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::float16:
      return 2;
    case ElementType::float32:
    case ElementType::int32:
      return 4;
    default:
      return 8;
  }
}

}  // namespace graft

namespace graft::detail::hdf5 {

inline std::string_view class_name(H5T_class_t type) {
  switch (type) {
    case H5T_INTEGER:
      return "integers";
    case H5T_FLOAT:
      return "floating-point numbers of another format";
    case H5T_STRING:
      return "strings";
    case H5T_OPAQUE:
      return "opaque bytes";
    case H5T_COMPOUND:
      return "compound values";
    case H5T_REFERENCE:
      return "references";
    case H5T_ENUM:
      return "enumerated values";
    case H5T_VLEN:
      return "lists of varying length";
    default:
      return "values of another type";
  }
}

/// binary16 with the byte order of `float32`: libhdf5 1.10 has no name for it.
inline Handle half_type(hid_t float32, const Place& place) {
  Handle half = place.own(H5Tcopy(float32), "a type");
  place.require(H5Tset_fields(half.get(), 15, 10, 5, 0, 10) >= 0 && H5Tset_size(half.get(), 2) >= 0 &&
                    H5Tset_ebias(half.get(), 15) >= 0,
                "a type");
  return half;
}

/// The value of a binary16 number, exactly. libhdf5 would convert it bit by bit.
inline float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16, rest = half & 0x7fffU;
  // As float32 bits the number is 2^112 too small: one product mends normal and subnormal numbers alike.
  const float scaled = std::bit_cast<float>(rest << 13) * 0x1p112F;
  const std::uint32_t bits = rest < 0x7c00U ? std::bit_cast<std::uint32_t>(scaled) : 0x7f800000U | rest << 13;
  return std::bit_cast<float>(sign | bits);
}

/// The format of a stored number. Throws ArchiveError for opaque bytes and whatever else there is.
inline ElementType element_type(hid_t type, const Place& place) {
  const auto is = [&](hid_t other) { return H5Tequal(type, other) > 0; };
  if (is(H5T_IEEE_F32LE) || is(H5T_IEEE_F32BE)) return ElementType::float32;
  if (is(H5T_IEEE_F64LE) || is(H5T_IEEE_F64BE)) return ElementType::float64;
  if (is(half_type(H5T_IEEE_F32LE, place).get()) || is(half_type(H5T_IEEE_F32BE, place).get()))
    return ElementType::float16;
  if (is(H5T_STD_I32LE) || is(H5T_STD_I32BE)) return ElementType::int32;
  if (is(H5T_STD_I64LE) || is(H5T_STD_I64BE)) return ElementType::int64;
  place.refuse("float16, float32 or float64 numbers", class_name(H5Tget_class(type)));
}

}  // namespace graft::detail::hdf5
