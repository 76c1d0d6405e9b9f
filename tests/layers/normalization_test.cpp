// SPDX-License-Identifier: MIT
#include <graft/layers/normalization.hpp>

#include "support/golden_layer.hpp"

namespace normalization_test {

using namespace graft;
using namespace graft::test;

static_assert(Layer<Normalization>);
static_assert(Normalization::output_shape({3, 4, 5}) == Shape{3, 4, 5});
static_assert(graph_of<Net<Shape{3, 4, 5}, Normalization>>.parameter_count == 11);
static_assert(graph_of<Net<Shape{3, 4, 5}, Normalization>>.trainable_count == 0);

TEST_CASE_TEMPLATE("Normalization computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{3, 4, 5}, Normalization>("normalization");
}

TEST_CASE_TEMPLATE("a channel that never varied is divided by 1e-7", B, GRAFT_TESTED_BACKENDS) {
  using N = Net<Shape{2}, Normalization>;
  const std::vector<float> x{0.5f, 0.5f}, parameters{0.25f, 0.25f, 0.0f, 4.0f, 9.0f};
  const auto y = forward_pass<N, B, inference_mode>(1, x, parameters);
  CHECK(y[0] == doctest::Approx(2.5e6));
  CHECK(y[1] == doctest::Approx(0.125));
}

}  // namespace normalization_test
