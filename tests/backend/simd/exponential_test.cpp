// SPDX-License-Identifier: MIT
#include <graft/backend/simd/exponential.hpp>

#include <cmath>
#include <doctest/doctest.h>

namespace exponential_test {

using namespace graft::detail::simd;

namespace {

float exponential_of(float x) {
  Vector v = x - Vector{};
  exponential(v);
  return v[lanes - 1];
}
float sigmoid_of(float x) {
  Vector v = x - Vector{};
  sigmoid(v);
  return v[0];
}
// |a - b| in units in the last place of b.
double units_apart(float a, double b) {
  const float near = static_cast<float>(b);
  return std::fabs(double{a} - b) / double{std::nextafter(near, INFINITY) - near};
}

}  // namespace

TEST_CASE("the exponential is right to two units in the last place, over its whole range") {
  double worst = 0.0;
  for (float x = -87.0f; x <= 87.0f; x += 0.0137f)
    worst = std::max(worst, units_apart(exponential_of(x), std::exp(double{x})));
  CHECK(worst <= 2.0);
  CHECK(exponential_of(0.0f) == 1.0f);
}

TEST_CASE("the sigmoid keeps its digits on both sides, and neither overflows nor loses a NaN") {
  double worst = 0.0;
  for (float x = -87.0f; x <= 30.0f; x += 0.0137f)
    worst = std::max(worst, units_apart(sigmoid_of(x), 1.0 / (1.0 + std::exp(-double{x}))));
  CHECK(worst <= 4.0);
  CHECK(sigmoid_of(0.0f) == 0.5f);
  CHECK(sigmoid_of(1000.0f) == 1.0f);
  CHECK(sigmoid_of(INFINITY) == 1.0f);
  CHECK(sigmoid_of(-1000.0f) < 1e-37f);
  CHECK(sigmoid_of(-INFINITY) >= 0.0f);
  CHECK(std::isnan(sigmoid_of(NAN)));
}

}  // namespace exponential_test
