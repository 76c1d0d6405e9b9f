// SPDX-License-Identifier: MIT
#include <graft/backend/activation_rules.hpp>

#include <array>
#include <doctest/doctest.h>
#include <limits>

namespace activation_rules_test {

using namespace graft;

namespace {
constexpr float infinity = std::numeric_limits<float>::infinity();
}

TEST_CASE("Relu is 0 up to 0, and so is its derivative, as in TensorFlow") {
  static_assert(activate(Relu{}, 2.5f) == 2.5f && activate(Relu{}, -2.5f) == 0.0f);
  static_assert(derivative(Relu{}, 0.0f) == 0.0f && derivative(Relu{}, 1e-30f) == 1.0f);
  CHECK(activate(Relu{}, -infinity) == 0.0f);
  CHECK(activate(Relu{}, infinity) == infinity);
}

TEST_CASE("Relu6 is a Relu up to 6, and flat on both sides") {
  static_assert(activate(Relu6{}, 2.5f) == 2.5f && activate(Relu6{}, -2.5f) == 0.0f);
  static_assert(activate(Relu6{}, 6.5f) == 6.0f && activate(Relu6{}, infinity) == 6.0f);
  static_assert(derivative(Relu6{}, 0.0f) == 0.0f && derivative(Relu6{}, 6.0f) == 0.0f);
  static_assert(derivative(Relu6{}, 5.9f) == 1.0f);
}

TEST_CASE("Sigmoid neither overflows nor loses what lies near 0") {
  CHECK(activate(Sigmoid{}, 0.0f) == 0.5f);
  CHECK(activate(Sigmoid{}, 1000.0f) == 1.0f);
  CHECK(activate(Sigmoid{}, -1000.0f) == 0.0f);
  CHECK(activate(Sigmoid{}, infinity) == 1.0f);
  CHECK(activate(Sigmoid{}, -infinity) == 0.0f);
  // 1 / (1 + exp(80)) in double
  CHECK(double{activate(Sigmoid{}, -80.0f)} == doctest::Approx(1.8048513878454153e-35).epsilon(1e-5));
  for (float x = -20.0f; x <= 20.0f; x += 0.37f) {
    const double exact = 1.0 / (1.0 + std::exp(-double{x}));
    CHECK(double{activate(Sigmoid{}, x)} == doctest::Approx(exact).epsilon(3e-7));
    CHECK(double{activate(Sigmoid{}, x)} + double{activate(Sigmoid{}, -x)} ==
          doctest::Approx(1.0).epsilon(1e-7));
  }
}

TEST_CASE("Swish is x times its sigmoid, and derived from x") {
  CHECK(activate(Swish{}, 0.0f) == 0.0f);
  CHECK(activate(Swish{}, 100.0f) == 100.0f);
  CHECK(activate(Swish{}, -1000.0f) == 0.0f);
  CHECK(derivative(Swish{}, 0.0f) == 0.5f);
  for (double x = -12.0; x <= 12.0; x += 0.37) {
    const auto swish = [](double v) { return v / (1.0 + std::exp(-v)); };
    CHECK(double{activate(Swish{}, static_cast<float>(x))} == doctest::Approx(swish(x)).epsilon(1e-6));
    const double slope = (swish(x + 1e-5) - swish(x - 1e-5)) / 2e-5;
    CHECK(double{derivative(Swish{}, static_cast<float>(x))} == doctest::Approx(slope).epsilon(1e-5));
  }
}

TEST_CASE("derivatives follow from outputs") {
  CHECK(derivative(Linear{}, 3.0f) == 1.0f);
  CHECK(derivative(Sigmoid{}, 0.25f) == 0.1875f);
  CHECK(derivative(Tanh{}, 0.5f) == 0.75f);
  CHECK(derivative(Tanh{}, 1.0f) == 0.0f);
}

TEST_CASE("Tanh") {
  CHECK(activate(Tanh{}, 0.0f) == 0.0f);
  CHECK(activate(Tanh{}, 100.0f) == 1.0f);
  CHECK(activate(Tanh{}, -100.0f) == -1.0f);
}

TEST_CASE("a row of Softmax sums to 1, whatever the size of its values") {
  const auto softmax = [](std::array<float, 4> row) {
    activate_row(Softmax{}, row.data(), row.data(), row.size());
    return row;
  };
  for (const float offset : {0.0f, 1000.0f, -1000.0f, 1e30f}) {
    const auto equal = softmax({offset, offset, offset, offset});
    for (const float p : equal) CHECK(p == 0.25f);
  }
  const auto row = softmax({1.0f, 2.0f, 3.0f, -1.0f});
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(3.0) + std::exp(-1.0);
  CHECK(double{row[0]} == doctest::Approx(std::exp(1.0) / sum).epsilon(1e-6));
  CHECK(double{row[2]} == doctest::Approx(std::exp(3.0) / sum).epsilon(1e-6));
  CHECK(double{row[3]} == doctest::Approx(std::exp(-1.0) / sum).epsilon(1e-6));
  CHECK(softmax({500.0f, -500.0f, 0.0f, 0.0f}) == std::array{1.0f, 0.0f, 0.0f, 0.0f});
  float single = -3.0f;
  activate_row(Softmax{}, &single, &single, 1);
  CHECK(single == 1.0f);
}

TEST_CASE("activate_row works in place and into other memory") {
  std::array<float, 3> x{-1.0f, 0.0f, 2.0f}, y{};
  activate_row(Relu{}, x.data(), y.data(), 3);
  CHECK(y == std::array{0.0f, 0.0f, 2.0f});
  CHECK(x[0] == -1.0f);
  activate_row(Relu{}, x.data(), x.data(), 3);
  CHECK(x == y);
}

TEST_CASE("derive_row of Softmax is y (dy - sum(y dy))") {
  const std::array y{0.5f, 0.25f, 0.25f};
  std::array dy{1.0f, 2.0f, 4.0f};  // sum(y dy) = 2
  derive_row(Softmax{}, y.data(), dy.data(), 3);
  CHECK(dy == std::array{-0.5f, 0.0f, 0.5f});
  std::array same{3.0f, 3.0f, 3.0f};  // one gradient for all moves nothing
  derive_row(Softmax{}, y.data(), same.data(), 3);
  CHECK(same == std::array{0.0f, 0.0f, 0.0f});
}

}  // namespace activation_rules_test
