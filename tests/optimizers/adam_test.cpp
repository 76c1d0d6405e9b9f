// SPDX-License-Identifier: MIT
#include <graft/optimizers/adam.hpp>

#include "optimizers/golden_optimizer.hpp"

namespace adam_test {

using namespace graft;
using namespace graft::test;

static_assert(Optimizer<Adam>);

TEST_CASE_TEMPLATE("Adam moves a head as Keras does", B, GRAFT_TESTED_BACKENDS) {
  for (const auto& [rate, suffix] : {std::pair{1e-2f, "_lr1e-2"}, std::pair{1e-3f, "_lr1e-3"}}) {
    const Adam adam{.learning_rate = rate};
    check_golden_optimizer<SigmoidNet, B, BinaryCrossentropy>(std::string{"adam"} + suffix, adam);
    check_golden_optimizer<SoftmaxNet, B, CategoricalCrossentropy>(std::string{"softmax_adam"} + suffix,
                                                                   adam);
  }
}

TEST_CASE("Adam's first step is the learning rate, whatever the gradient's size") {
  CHECK(Adam{}.slot_count() == 2);
  for (const float gradient : {3.0f, -0.02f}) {
    float w = 1.0f, slots[] = {0.0f, 0.0f};
    Adam{.learning_rate = 0.125f}.visit_rule(1, [&](const auto& rule) { rule(w, gradient, slots); });
    CHECK(w == doctest::Approx(gradient > 0.0f ? 0.875f : 1.125f).epsilon(1e-4));
  }
}

}  // namespace adam_test
