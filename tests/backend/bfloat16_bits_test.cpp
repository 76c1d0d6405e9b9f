// SPDX-License-Identifier: MIT
#include <graft/backend/bfloat16_bits.hpp>

#include <cmath>
#include <doctest/doctest.h>
#include <initializer_list>
#include <limits>

namespace bfloat16_bits_test {

using graft::detail::from_bfloat16;
using graft::detail::to_bfloat16;

namespace {
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }
}  // namespace

TEST_CASE("bfloat16 is the nearest value of eight bits, and of two the even one") {
  CHECK(to_bfloat16(1.0f) == 0x3f80);
  CHECK(to_bfloat16(-2.5f) == 0xc020);
  CHECK(to_bfloat16(from_bits(0x3f808000)) == 0x3f80);  // halfway: down to even
  CHECK(to_bfloat16(from_bits(0x3f818000)) == 0x3f82);  // halfway: up to even
  CHECK(to_bfloat16(from_bits(0x3f808001)) == 0x3f81);
  CHECK(to_bfloat16(from_bits(0x3f807fff)) == 0x3f80);
  CHECK(to_bfloat16(-0.0f) == 0x8000);
  CHECK(to_bfloat16(infinity) == 0x7f80);
  CHECK(to_bfloat16(std::numeric_limits<float>::max()) == 0x7f80);  // nearer to infinity
}

TEST_CASE("a bfloat16 is a float, and the nearest to itself") {
  for (const float value : {0.0f, -0.0f, 1.0f, -2.5f, 0x1p-126f, infinity}) {
    CHECK(from_bfloat16(to_bfloat16(value)) == value);
    CHECK(std::signbit(from_bfloat16(to_bfloat16(value))) == std::signbit(value));
  }
}

}  // namespace bfloat16_bits_test
