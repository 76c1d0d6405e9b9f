// SPDX-License-Identifier: MIT
#include <graft/backend/device/kernels/factors.hpp>

#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <set>

namespace factors_test {

using namespace graft::device;

// 1 + 2^-11 lies in the middle of two numbers of TF32; float32's own numbers stay.
static_assert(Tf32::round(1.0f + 0x1p-11f) == 1.0f + 0x1p-10f);
static_assert(Tf32::round(1.0f + 0x1p-12f) == 1.0f && Tf32::round(-1.0f - 0x1p-11f) == -1.0f - 0x1p-10f);
static_assert(Tf32::round(0.0f) == 0.0f && Tf32::round(1.5f) == 1.5f);
static_assert(Tf32::round(std::numeric_limits<float>::infinity()) == std::numeric_limits<float>::infinity());
static_assert(Float32::round(1.0f + 0x1p-23f) == 1.0f + 0x1p-23f);

TEST_CASE("a NaN stays one in all factors") {
  const float nan = std::bit_cast<float>(0x7fffffffu);  // all of its bits set: one more would be -0
  CHECK(std::isnan(Tf32::round(nan)));
  CHECK(std::isnan(Bfloat16::round(nan)));
  CHECK(std::isnan(Float32::round(nan)));
}

TEST_CASE("the values of a bfloat16 kernel change places within sixteen") {
  std::set<Index> places;
  for (Index k = 32; k < 48; ++k) places.insert(Bfloat16::position(k));
  CHECK(places.size() == 16);
  CHECK(*places.begin() == 32);
  CHECK(*places.rbegin() == 47);
  // Thread 1 of four has values 1, 5, 9 and 13 of sixteen; the second pair of places is its first pair.
  CHECK(Bfloat16::position(1) == 2);
  CHECK(Bfloat16::position(5) == 3);
  CHECK(Bfloat16::position(9) == 10);
  CHECK(Bfloat16::position(13) == 11);
}

}  // namespace factors_test
