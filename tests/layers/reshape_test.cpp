// SPDX-License-Identifier: MIT
#include <graft/layers/reshape.hpp>

#include "support/golden_layer.hpp"

namespace reshape_test {

using namespace graft;
using namespace graft::test;

static_assert(Layer<Reshape<1, 1, 5>>);
static_assert(Reshape<1, 1, 5>::output_shape({5}) == Shape{1, 1, 5});
static_assert(Reshape<2, 6, 5>::accepts({3, 4, 5}) && !Reshape<2, 6, 5>::accepts({3, 4, 4}));
static_assert(plan_of<Net<Shape{3, 4, 5}, Reshape<60>, Dense<2>>, training_mode>.step_count == 2,
              "Reshape itself is no step: the copy of the input, and Dense");

TEST_CASE_TEMPLATE("Reshape orders and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{3, 4, 5}, Reshape<2, 6, 5>>("reshape");
}

TEST_CASE("Reshape of a value that lies in a slice is a copy") {
  constexpr Shape in{2, 3, 2};
  using Flat = Sequential<Reshape<12>>;
  // Both branches of the outer Concatenate end flat; the first reads a slice of the inner one.
  using N = Net<in, Concatenate<Activation<Relu>, Activation<Linear>>, Concatenate<Reshape<24>, Flatten>>;
  const auto x = random_values(in.size(), 1);
  const auto y = forward_pass<N, Reference, inference_mode>(1, x, {});
  REQUIRE(y.size() == 48);
  for (std::size_t i = 0; i < 24; ++i) {
    const float value = x[i / 4 * 2 + i % 2];
    const float expected = i % 4 < 2 ? std::max(value, 0.0f) : value;
    CHECK(y[i] == expected);
    CHECK(y[24 + i] == expected);
  }
  CHECK(graph_of<Net<Shape{12}, Flat>>.output_shape() == Shape{12});
}

}  // namespace reshape_test
