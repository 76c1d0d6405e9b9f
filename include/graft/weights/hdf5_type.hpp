// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/element_type.hpp>
#include <graft/weights/hdf5.hpp>
#include <graft/weights/hdf5_strings.hpp>

#include <string_view>

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

/// The format of the numbers of a dataset, whose attributes tell Keras 3's bfloat16 from other opaque bytes.
/// Throws ArchiveError for whatever else there is.
inline ElementType element_type(hid_t object, hid_t type, const Place& place) {
  const auto is = [&](hid_t other) { return H5Tequal(type, other) > 0; };
  if (is(H5T_IEEE_F32LE) || is(H5T_IEEE_F32BE)) return ElementType::float32;
  if (is(H5T_IEEE_F64LE) || is(H5T_IEEE_F64BE)) return ElementType::float64;
  if (is(half_type(H5T_IEEE_F32LE, place).get()) || is(half_type(H5T_IEEE_F32BE, place).get()))
    return ElementType::float16;
  if (is(H5T_STD_I32LE) || is(H5T_STD_I32BE)) return ElementType::int32;
  if (is(H5T_STD_I64LE) || is(H5T_STD_I64BE)) return ElementType::int64;
  if (H5Tget_class(type) == H5T_OPAQUE && H5Tget_size(type) == 2 &&
      read_text(object, "dtype", place) == "bfloat16")
    return ElementType::bfloat16;
  place.refuse("float16, bfloat16, float32 or float64 numbers", class_name(H5Tget_class(type)));
}

}  // namespace graft::detail::hdf5
