// SPDX-License-Identifier: MIT
#include <graft/layers/flatten.hpp>

#include "support/golden_layer.hpp"

namespace flatten_test {

using namespace graft;
using namespace graft::test;

static_assert(Layer<Flatten>);
static_assert(Flatten::output_shape({7, 7, 768}) == Shape{37632});
static_assert(Flatten::output_shape({5}) == Shape{5});
static_assert(!Flatten::accepts({}));
static_assert(plan_of<Net<Shape{3, 4, 5}, Flatten, Dense<2>>, training_mode>.step_count == 2,
              "Flatten itself is no step: the copy of the input, and Dense");

TEST_CASE_TEMPLATE("Flatten orders and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{3, 4, 5}, Flatten>("flatten");
}

}  // namespace flatten_test
