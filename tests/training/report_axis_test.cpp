// SPDX-License-Identifier: MIT
#include <graft/training/report_axis.hpp>

#include <cstddef>
#include <doctest/doctest.h>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace report_axis_test {

using namespace graft::detail;

namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> names;
  for (const auto& tick : axis.ticks) names.push_back(tick.second);
  return names;
}
using Labels = std::vector<std::string>;

/// What every axis must satisfy, whatever the data.
void check(const Axis& axis, double low, double high) {
  CAPTURE(low);
  CAPTURE(high);
  CHECK(axis.ticks.size() >= 2);
  CHECK(axis.ticks.size() <= 11);
  CHECK(axis.position(low) >= -1e-6);
  CHECK(axis.position(high) <= 1 + 1e-6);
  CHECK(axis.position(axis.ticks.front().first) == doctest::Approx(0));
  CHECK(axis.position(axis.ticks.back().first) == doctest::Approx(1));
  const Labels names = labels(axis);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

}  // namespace

TEST_CASE("An accuracy axis has round per cents and stays between 0 and 100") {
  CHECK(labels(accuracy_axis(0.912, 0.9985)) == Labels{"90 %", "92 %", "94 %", "96 %", "98 %", "100 %"});
  CHECK(labels(accuracy_axis(0, 1)) == Labels{"0 %", "20 %", "40 %", "60 %", "80 %", "100 %"});
  CHECK(labels(accuracy_axis(0.5, 0.5)) == Labels{"49.0 %", "49.5 %", "50.0 %", "50.5 %", "51.0 %"});
  for (const double low : {0.0, 0.003, 0.5, 0.9, 0.99, 0.9999, 1.0})
    for (const double high : {0.0, 0.003, 0.5, 0.9, 0.99, 0.9999, 1.0})
      if (low <= high) {
        const Axis axis = accuracy_axis(low, high);
        check(axis, low, high);
        CHECK(axis.low >= -1e-9);
        CHECK(axis.high <= 1 + 1e-9);
      }
}

TEST_CASE("A loss axis starts at zero if the curves come near it") {
  CHECK(labels(loss_axis(0.1, 0.42)) == Labels{"0", "0.1", "0.2", "0.3", "0.4", "0.5"});
  CHECK(labels(loss_axis(0.61, 0.69)) == Labels{"0.60", "0.62", "0.64", "0.66", "0.68", "0.70"});
  CHECK(labels(loss_axis(0, 0)).front() == "0");
}

TEST_CASE("A loss axis is logarithmic if the curves span more than a factor of 20") {
  CHECK_FALSE(loss_axis(0.05, 1).logarithmic);
  CHECK_FALSE(loss_axis(0, 1).logarithmic);
  CHECK(labels(loss_axis(0.0051, 0.2853)) == Labels{"0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5"});
  CHECK(labels(loss_axis(0.69, 2e7)) == Labels{"0.1", "10", "1000", "100000", "1e+07", "1e+09"});
  const Axis axis = loss_axis(0.01, 1);
  CHECK(axis.position(0.1) == doctest::Approx(0.5));
}

TEST_CASE("Every loss axis holds its data between a few lines with different names") {
  const std::vector<double> values{0, 1e-90, 1e-7, 0.00099, 0.0078, 0.3, 0.69, 0.7,
                                   1, 9.99,  10,   10.01,   4.5e4,  1e9, 9e99};
  for (const double low : values)
    for (const double high : values)
      if (low <= high) check(loss_axis(low, high), low, high);
  check(loss_axis(-3, 2), -3, 2);
  check(loss_axis(-5, -5), -5, -5);
  check(loss_axis(0.69, 0.69 + 1e-12), 0.69, 0.69 + 1e-12);
}

TEST_CASE("Only values of a sensible size are drawn") {
  CHECK(drawable(0));
  CHECK(drawable(-1e50));
  CHECK_FALSE(drawable(1e100));
  CHECK_FALSE(drawable(std::numeric_limits<double>::infinity()));
  CHECK_FALSE(drawable(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("The epochs that an axis names are whole and few") {
  using Ticks = std::vector<std::size_t>;
  CHECK(epoch_ticks(1, 1) == Ticks{1});
  CHECK(epoch_ticks(1, 4) == Ticks{1, 2, 3, 4});
  CHECK(epoch_ticks(1, 20) == Ticks{2, 4, 6, 8, 10, 12, 14, 16, 18, 20});
  CHECK(epoch_ticks(1, 50) == Ticks{1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50});
  CHECK(epoch_ticks(11, 14) == Ticks{11, 12, 13, 14});
  for (std::size_t last = 1; last < 3000; ++last) {
    const Ticks ticks = epoch_ticks(1, last);
    REQUIRE(ticks.size() >= 1);
    REQUIRE(ticks.size() <= 14);
    REQUIRE(ticks.back() <= last);
  }
}

}  // namespace report_axis_test
