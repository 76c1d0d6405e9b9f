// SPDX-License-Identifier: MIT
#include <graft/core/sort_by.hpp>

#include <algorithm>
#include <doctest/doctest.h>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sort_by_test {

using namespace graft;

TEST_CASE("values are sorted by a key, equal ones keep their order") {
  std::vector<std::string> names{"pear", "fig", "apple", "kiwi", "plum", "date", "nut"};
  detail::sort_by(names, [](const std::string& name) { return name.size(); });
  CHECK(names == std::vector<std::string>{"fig", "nut", "pear", "kiwi", "plum", "date", "apple"});
}

TEST_CASE("many values") {
  std::vector<std::pair<int, int>> values;
  for (int i = 0; i < 1'000; ++i) values.emplace_back(i * 7919 % 10, i);
  auto expected = values;
  std::stable_sort(expected.begin(), expected.end(), [](auto a, auto b) { return a.first < b.first; });
  detail::sort_by(values, [](const auto& value) { return value.first; });
  CHECK(values == expected);
}

TEST_CASE("what can only be moved, and nothing at all") {
  std::vector<std::unique_ptr<int>> values;
  const auto number = [](const std::unique_ptr<int>& value) { return *value; };
  detail::sort_by(values, number);
  CHECK(values.empty());
  for (const int i : {3, 1, 2}) values.push_back(std::make_unique<int>(i));
  detail::sort_by(values, number);
  CHECK(*values[0] == 1);
  CHECK(*values[2] == 3);
}

TEST_CASE("keys that have no order lose no value") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> values;
  for (int i = 0; i < 500; ++i) values.push_back(i % 3 == 0 ? nan : double(i * 31 % 17));
  detail::sort_by(values, [](double value) { return value; });
  REQUIRE(values.size() == 500);
  CHECK(std::count_if(values.begin(), values.end(), [](double v) { return v != v; }) == 167);
}

}  // namespace sort_by_test
