// SPDX-License-Identifier: MIT
#include <graft/weights/element_type.hpp>

#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>
#include <limits>

namespace element_type_test {

using namespace graft::detail;
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

TEST_CASE("bfloat16 is the upper half of a float32") {
  CHECK(bfloat16_to_float(0x3f80) == 1.F);
  CHECK(bfloat16_to_float(0xc049) == -3.140625F);
  CHECK(std::signbit(bfloat16_to_float(0x8000)));
  CHECK(std::isinf(bfloat16_to_float(0x7f80)));
  CHECK(std::isnan(bfloat16_to_float(0x7fc0)));
}

TEST_CASE("bytes of one number") {
  CHECK(graft::element_size(ElementType::float16) == 2);
  CHECK(graft::element_size(ElementType::bfloat16) == 2);
  CHECK(graft::element_size(ElementType::float32) == 4);
  CHECK(graft::element_size(ElementType::float64) == 8);
  CHECK(graft::element_size(ElementType::int32) == 4);
  CHECK(graft::element_size(ElementType::int64) == 8);
}

}  // namespace element_type_test
