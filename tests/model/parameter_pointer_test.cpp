// SPDX-License-Identifier: MIT
#include <graft/model/parameter_pointer.hpp>

#include <doctest/doctest.h>

namespace parameter_pointer_test {

using namespace graft;

TEST_CASE("parameters in one run or in two are found by the floats before them") {
  float one[5]{}, two[3]{};
  const ParameterPointer<float> all = one;
  CHECK(all.at(0) == one);
  CHECK(all.at(4) == one + 4);
  const ParameterPointer<float> divided{two, 3, one};
  CHECK(divided.at(2) == two + 2);
  CHECK(divided.at(3) == one);
  const ParameterPointer<const float> read = divided;
  CHECK(read.at(0) == two);
  CHECK(read.at(7) == one + 4);
}

}  // namespace parameter_pointer_test
