// SPDX-License-Identifier: MIT
#include <graft/core/shape.hpp>

#include <doctest/doctest.h>
#include <type_traits>

namespace shape_test {

using namespace graft;

namespace {
template <Shape>
struct OnShape {};
}  // namespace

static_assert(std::is_same_v<OnShape<Shape{7, 7, 768}>, OnShape<Shape{7, 7, 768}>>);
static_assert(!std::is_same_v<OnShape<Shape{7, 7}>, OnShape<Shape{7, 7, 1}>>);
static_assert(!std::is_constructible_v<Shape, int, int, int, int, int>, "at most four extents");
static_assert(!std::is_constructible_v<Shape, const char*>);

TEST_CASE("a shape knows its extents and their product") {
  constexpr Shape image{7, 8, 768};
  CHECK(image.rank == 3);
  CHECK(image.size() == 7 * 8 * 768);
  CHECK(image[1] == 8);
  CHECK(image.channels() == 768);
  CHECK(Shape{5}.channels() == 5);
  CHECK(Shape{3, 0, 2}.size() == 0);
}

TEST_CASE("the empty shape is that of a single value") {
  CHECK(Shape{}.rank == 0);
  CHECK(Shape{}.size() == 1);
  CHECK(Shape{}.channels() == 1);
}

TEST_CASE("shapes are equal if rank and extents are") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK(Shape{2, 3} != Shape{3, 2});
  CHECK(Shape{6} != Shape{2, 3});
  CHECK(Shape{} != Shape{1});
}

TEST_CASE("to_string spells a shape as Python spells a tuple") {
  CHECK(to_string(Shape{7, 7, 768}) == "(7, 7, 768)");
  CHECK(to_string(Shape{3, 3, 3, 32}) == "(3, 3, 3, 32)");
  CHECK(to_string(Shape{1024}) == "(1024,)");
  CHECK(to_string(Shape{}) == "()");
}

}  // namespace shape_test
