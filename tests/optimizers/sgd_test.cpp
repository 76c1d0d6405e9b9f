// SPDX-License-Identifier: MIT
#include <graft/optimizers/sgd.hpp>

#include "optimizers/golden_optimizer.hpp"

namespace sgd_test {

using namespace graft;
using namespace graft::test;

static_assert(Optimizer<SGD>);

TEST_CASE_TEMPLATE("SGD moves a head as Keras does", B, GRAFT_TESTED_BACKENDS) {
  for (const auto& [rate, text] : {std::pair{1e-2f, "_lr1e-2"}, std::pair{1e-3f, "_lr1e-3"}}) {
    const auto check = [suffix = std::string{text}](const char* name, const SGD& sgd) {
      check_golden_optimizer<SigmoidNet, B, BinaryCrossentropy>(name + suffix, sgd);
    };
    check("sgd", {.learning_rate = rate});
    check("sgd_momentum", {.learning_rate = rate, .momentum = 0.9f});
    check("sgd_nesterov", {.learning_rate = rate, .momentum = 0.9f, .nesterov = true});
  }
}

TEST_CASE("SGD keeps a slot only for momentum, and Keras' defaults") {
  CHECK(SGD{}.slot_count() == 0);
  CHECK(SGD{.momentum = 0.5f}.slot_count() == 1);
  CHECK(SGD{.nesterov = true}.slot_count() == 0);
  CHECK(SGD{}.learning_rate == 1e-2f);
  float w = 1.0f;
  SGD{}.visit_rule(1, [&](const auto& rule) { rule(w, 2.0f, static_cast<float*>(nullptr)); });
  CHECK(w == doctest::Approx(0.98f));
}

}  // namespace sgd_test
