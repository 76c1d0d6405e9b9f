// SPDX-License-Identifier: MIT
#include <graft/layers/input.hpp>

#include <doctest/doctest.h>

namespace input_test {

using namespace graft;

static_assert(InputDescription<Image<150, 150>> && InputDescription<Input<7, 7, 768>> &&
              !InputDescription<int>);

TEST_CASE("an input is the shape of one sample") {
  CHECK(Image<150, 120>::shape == Shape{150, 120, 3});
  CHECK(Image<28, 28, 1>::shape == Shape{28, 28, 1});
  CHECK(Input<11>::shape == Shape{11});
}

}  // namespace input_test
