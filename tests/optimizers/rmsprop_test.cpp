// SPDX-License-Identifier: MIT
#include <graft/optimizers/rmsprop.hpp>

#include "optimizers/golden_optimizer.hpp"

namespace rmsprop_test {

using namespace graft;
using namespace graft::test;

static_assert(Optimizer<RMSprop>);

TEST_CASE_TEMPLATE("RMSprop moves a head as Keras does, in both of its forms", B, GRAFT_TESTED_BACKENDS) {
  for (const auto& [form, prefix] : {std::pair{RMSpropForm::keras3, "rmsprop_keras3"},
                                     std::pair{RMSpropForm::keras2_legacy, "rmsprop_legacy"}})
    for (const bool momentum : {false, true})
      for (const bool centered : {false, true})
        for (const bool fast : {true, false}) {
          const std::string name = std::string{prefix} + (momentum ? "_momentum" : "") +
                                   (centered ? "_centered" : "") +
                                   (!fast      ? "_lr1e-3"
                                    : momentum ? "_lr2e-3"
                                               : "_lr1e-2");
          const float rate = !fast ? 1e-3f : momentum ? 2e-3f : 1e-2f;
          check_golden_optimizer<SigmoidNet, B, BinaryCrossentropy>(
              name, RMSprop{.learning_rate = rate,
                            .momentum = momentum ? 0.9f : 0.0f,
                            .centered = centered,
                            .form = form});
        }
}

TEST_CASE("RMSprop keeps a slot for the mean square, for momentum and for the mean") {
  CHECK(RMSprop{}.slot_count() == 1);
  CHECK(RMSprop{.momentum = 0.9f}.slot_count() == 2);
  CHECK(RMSprop{.centered = true}.slot_count() == 2);
  CHECK(RMSprop{.momentum = 0.9f, .centered = true}.slot_count() == 3);
}

// v = 0.1 g^2 after one step. For a gradient as small as the root of epsilon, the two places of epsilon part.
TEST_CASE("RMSprop's forms differ in where epsilon stands, and the default is Keras' present one") {
  const auto step = [](const RMSprop& optimizer, float gradient) {
    float w = 0.0f, slot = 0.0f;
    optimizer.visit_rule(1, [&](const auto& rule) {
      float slots[3] = {slot};
      rule(w, gradient, slots);
    });
    return -w;
  };
  const RMSprop present{}, legacy{.form = RMSpropForm::keras2_legacy};
  CHECK(present.form == RMSpropForm::keras3);
  const float small = 1e-4f;
  CHECK(step(present, small) == doctest::Approx(1e-3 * 1e-4 / std::sqrt(0.1 * 1e-8 + 1e-7)).epsilon(1e-5));
  CHECK(step(legacy, small) == doctest::Approx(1e-3 * 1e-4 / (std::sqrt(0.1 * 1e-8) + 1e-7)).epsilon(1e-5));
  CHECK(step(legacy, small) > 9.0f * step(present, small));
}

}  // namespace rmsprop_test
