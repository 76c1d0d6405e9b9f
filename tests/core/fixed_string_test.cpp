// SPDX-License-Identifier: MIT
#include <graft/core/fixed_string.hpp>

#include <doctest/doctest.h>
#include <type_traits>

namespace fixed_string_test {

using namespace graft;

namespace {
template <fixed_string>
struct Tag {};
}  // namespace

static_assert(std::is_same_v<Tag<"mixed7">, Tag<"mixed7">>);
static_assert(!std::is_same_v<Tag<"mixed7">, Tag<"mixed8">>);
static_assert(!std::is_same_v<Tag<"mixed1">, Tag<"mixed10">>);
static_assert(fixed_string{"ab"} == fixed_string{"ab"} && !(fixed_string{"ab"} == fixed_string{"abc"}));
static_assert(fixed_string{""}.view().empty() && fixed_string{""}.size() == 0);
static_assert(fixed_string{"conv"}.size() == 4);

TEST_CASE("a fixed_string is its text without the terminating zero") {
  constexpr fixed_string name{"conv2d"};
  CHECK(name.view() == "conv2d");
  const std::string_view converted = name;
  CHECK(converted == "conv2d");
  CHECK(name.text[6] == '\0');
}

TEST_CASE("fixed_strings join") {
  constexpr auto joined =
      fixed_string{"block"} + fixed_string{"1_"} + fixed_string{""} + fixed_string{"pool"};
  CHECK(joined.view() == "block1_pool");
  CHECK(joined.text[joined.size()] == '\0');
}

TEST_CASE("numbered appends a number in decimal") {
  CHECK(numbered<"conv2d_", 0>.view() == "conv2d_0");
  CHECK(numbered<"conv2d_", 9>.view() == "conv2d_9");
  CHECK(numbered<"conv2d_", 10>.view() == "conv2d_10");
  CHECK(numbered<"conv2d_", 94>.view() == "conv2d_94");
  CHECK(numbered<"", 1000>.view() == "1000");
}

}  // namespace fixed_string_test
