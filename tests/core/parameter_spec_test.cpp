// SPDX-License-Identifier: MIT
#include <graft/core/parameter_spec.hpp>

#include <doctest/doctest.h>

namespace parameter_spec_test {

using namespace graft;

TEST_CASE("a parameter starts at zero and is moved by training unless said otherwise") {
  constexpr ParameterSpec bias{"bias", {5}};
  CHECK(bias.initializer == Initializer::zeros);
  CHECK(bias.trainable);
  constexpr ParameterSpec mean{"moving_mean", {5}, Initializer::ones, false};
  CHECK(mean.shape == Shape{5});
  CHECK_FALSE(mean.trainable);
}

}  // namespace parameter_spec_test
