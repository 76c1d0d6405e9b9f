// SPDX-License-Identifier: MIT
#include <graft/core/type_list.hpp>

#include <doctest/doctest.h>

namespace type_list_test {

using namespace graft;

namespace {

template <std::size_t I>
struct Item {};
template <class>
struct Items;
template <std::size_t... I>
struct Items<std::index_sequence<I...>> {
  using type = TypeList<Item<I>...>;
};
// As many as the layers of the largest networks.
using Many = Items<std::make_index_sequence<1000>>::type;

}  // namespace

static_assert(TypeList<>::size == 0 && TypeList<int, int, char>::size == 3 && Many::size == 1000);

static_assert(std::is_same_v<type_at<0, TypeList<int, char, int>>, int>);
static_assert(std::is_same_v<type_at<1, TypeList<int, char, int>>, char>);
static_assert(std::is_same_v<type_at<2, TypeList<int, char, int>>, int>, "a type may stand in a list twice");
static_assert(std::is_same_v<type_at<999, Many>, Item<999>>);

static_assert(std::is_same_v<join<>, TypeList<>>);
static_assert(std::is_same_v<join<TypeList<int>>, TypeList<int>>);
static_assert(std::is_same_v<join<TypeList<int, char>, TypeList<>, TypeList<int, long>>,
                             TypeList<int, char, int, long>>);

static_assert(std::is_same_v<take<0, TypeList<int, char>>, TypeList<>>);
static_assert(std::is_same_v<take<1, TypeList<int, char>>, TypeList<int>>);
static_assert(std::is_same_v<take<2, TypeList<int, char>>, TypeList<int, char>>);
static_assert(std::is_same_v<drop<0, TypeList<int, char>>, TypeList<int, char>>);
static_assert(std::is_same_v<drop<1, TypeList<int, char>>, TypeList<char>>);
static_assert(std::is_same_v<drop<2, TypeList<int, char>>, TypeList<>>);

TEST_CASE("a list is cut and joined again without a change") {
  CHECK(std::is_same_v<join<take<999, Many>, TypeList<type_at<999, Many>>>, Many>);
}

}  // namespace type_list_test
