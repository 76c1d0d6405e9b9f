// SPDX-License-Identifier: MIT
#include <graft/weights/element_type.hpp>

#include "h5_builder.hpp"
#include <bit>
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <limits>

using namespace graft::detail::hdf5;
using graft::ElementType;

TEST_CASE("binary16 becomes float32 exactly, for every pattern of bits") {
  const auto expected = [](std::uint32_t half) -> double {  // by the definition in IEEE 754
    const int exponent = static_cast<int>(half >> 10 & 31), fraction = static_cast<int>(half & 1023);
    const double sign = half >> 15 ? -1 : 1;
    if (exponent == 31) return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan("");
    return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
  };
  int wrong = 0;
  for (std::uint32_t half = 0; half < 65536; ++half) {
    const float value = half_to_float(static_cast<std::uint16_t>(half));
    const double right = expected(half);
    wrong += std::isnan(right) ? !std::isnan(value) : static_cast<double>(value) != right;
    wrong += std::signbit(value) != (half >> 15 != 0);
  }
  CHECK(wrong == 0);
}

TEST_CASE("the formats are known in both byte orders, others are refused by their names") {
  const Session session;
  const Place place{"file.h5", "/dense/kernel:0", 0};
  CHECK(element_type(H5T_IEEE_F32LE, place) == ElementType::float32);
  CHECK(element_type(H5T_IEEE_F32BE, place) == ElementType::float32);
  CHECK(element_type(H5T_IEEE_F64LE, place) == ElementType::float64);
  CHECK(element_type(H5T_IEEE_F64BE, place) == ElementType::float64);
  CHECK(element_type(half_type(H5T_IEEE_F32LE, place).get(), place) == ElementType::float16);
  CHECK(element_type(half_type(H5T_IEEE_F32BE, place).get(), place) == ElementType::float16);
  CHECK(element_type(H5T_STD_I32BE, place) == ElementType::int32);
  CHECK(element_type(H5T_STD_I64LE, place) == ElementType::int64);
  CHECK(graft::element_size(ElementType::int32) == 4);
  CHECK(graft::element_size(ElementType::int64) == 8);

  const auto why = [&](hid_t id) {
    const Handle type{id};
    return test::refusal([&] { element_type(type.get(), place); });
  };
  const std::string start =
      "file.h5: /dense/kernel:0: expected float16, float32 or float64 numbers, received ";
  CHECK(why(H5Tcopy(H5T_STD_U8LE)) == start + "integers");
  CHECK(why(H5Tcreate(H5T_OPAQUE, 2)) == start + "opaque bytes");
  const hid_t compound = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(compound, "re", 0, H5T_IEEE_F32LE);
  H5Tinsert(compound, "im", 4, H5T_IEEE_F32LE);
  CHECK(why(compound) == start + "compound values");
  CHECK(why(H5Tvlen_create(H5T_IEEE_F32LE)) == start + "lists of varying length");
  CHECK(why(H5Tcopy(H5T_C_S1)) == start + "strings");
  CHECK(why(H5Tenum_create(H5T_NATIVE_INT)) == start + "enumerated values");
  CHECK(why(H5Tcopy(H5T_STD_REF_OBJ)) == start + "references");
  CHECK(why(H5Tcopy(H5T_STD_B8LE)) == start + "values of another type");
  const hid_t bfloat16 = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(bfloat16, 15, 7, 8, 0, 7);
  H5Tset_size(bfloat16, 2);
  CHECK(why(bfloat16) == start + "floating-point numbers of another format");
}
