// SPDX-License-Identifier: MIT
#include <graft/backend/simd/floats.hpp>

#include <cmath>
#include <doctest/doctest.h>

namespace floats_test {

using graft::detail::simd::Floats, graft::detail::simd::reciprocal_sqrt;

namespace {

float first(const Floats& x) { return x.value[0]; }

// |a - b| in units in the last place of b.
float units_apart(float a, double b) {
  const float near = static_cast<float>(b);
  return static_cast<float>(std::fabs(double{a} - b)) / (std::nextafter(near, INFINITY) - near);
}

}  // namespace

TEST_CASE("arithmetic on registers is the arithmetic of floats") {
  const Floats a{3.5f}, b{-2.0f};
  for (std::size_t lane = 0; lane < Floats::size; ++lane) {
    CHECK((a + b).value[lane] == 1.5f);
    CHECK((a - b).value[lane] == 5.5f);
    CHECK((a * b).value[lane] == -7.0f);
    CHECK((a / b).value[lane] == -1.75f);
  }
}

TEST_CASE("the reciprocal root is right to two units in the last place, over the whole range") {
  float worst = 0.0f;
  for (float x = 1.2e-38f; x < 1e38f; x *= 1.0173f)
    worst = std::max(worst, units_apart(first(reciprocal_sqrt(Floats{x})), 1.0 / std::sqrt(double{x})));
  CHECK(worst <= 2.5f);
}

TEST_CASE("roots, and division by them") {
  CHECK(first(Floats{6.0f} / sqrt(Floats{9.0f})) == doctest::Approx(2.0f).epsilon(1e-6));
  CHECK(first(sqrt(Floats{9.0f}) + Floats{1.0f}) == doctest::Approx(4.0f).epsilon(1e-6));
  CHECK(first(sqrt(Floats{0.0f})) == 0.0f);
  CHECK(first(Floats{1.0f} / (sqrt(Floats{0.0f}) + Floats{0.5f})) == 2.0f);
  CHECK(first(Floats{1.0f} / sqrt(Floats{INFINITY})) == doctest::Approx(0.0f));
  CHECK(std::isnan(first(Floats{1.0f} / sqrt(Floats{NAN}))));
}

}  // namespace floats_test
