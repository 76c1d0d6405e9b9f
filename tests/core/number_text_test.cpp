// SPDX-License-Identifier: MIT
#include <graft/core/number_text.hpp>

#include <doctest/doctest.h>
#include <limits>

namespace number_text_test {

using namespace graft::detail;

// Expectations are what Python 3 prints.
TEST_CASE("python_repr prints a float as Python does") {
  CHECK(python_repr(0.0) == "0.0");
  CHECK(python_repr(-0.0) == "-0.0");
  CHECK(python_repr(1.0) == "1.0");
  CHECK(python_repr(100.0) == "100.0");
  CHECK(python_repr(0.1) == "0.1");
  CHECK(python_repr(1.0 / 3.0) == "0.3333333333333333");
  CHECK(python_repr(static_cast<double>(0.2578f)) == "0.25780001282691956");
  CHECK(python_repr(1e-4) == "0.0001");
  CHECK(python_repr(1e-5) == "1e-05");
  CHECK(python_repr(-1.2345e-7) == "-1.2345e-07");
  CHECK(python_repr(5e-324) == "5e-324");
  CHECK(python_repr(9007199254740993.0) == "9007199254740992.0");
  CHECK(python_repr(1e15) == "1000000000000000.0");
  CHECK(python_repr(1e16) == "1e+16");
  CHECK(python_repr(123456789012345680.0) == "1.2345678901234568e+17");
  CHECK(python_repr(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(python_repr(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(python_repr(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(python_repr(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("fixed and scientific round as printf does") {
  CHECK(fixed(0.98836, 4) == "0.9884");
  CHECK(fixed(2.5, 0) == "2");
  CHECK(fixed(3.5, 0) == "4");
  CHECK(fixed(std::numeric_limits<double>::max(), 4).size() == 309 + 5);
  CHECK(fixed(-std::numeric_limits<double>::quiet_NaN(), 4) == "nan");
  CHECK(scientific(0.00012345, 4) == "1.2345e-04");
  CHECK(scientific(0.0, 4) == "0.0000e+00");
}

TEST_CASE("percent has a dash where there is no number") {
  CHECK(percent(0.98843) == "98.84 %");
  CHECK(percent(1.0, 0) == "100 %");
  CHECK(percent(std::numeric_limits<double>::quiet_NaN()) == "-");
}

}  // namespace number_text_test
