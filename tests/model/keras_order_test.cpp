// SPDX-License-Identifier: MIT
// Inception v3's order is compared with Keras' own in tests/applications/.
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/model/keras_order.hpp>
#include <graft/model/network.hpp>

#include <doctest/doctest.h>
#include <string>

namespace keras_order_test {

using namespace graft;

namespace {

template <class Net>
std::string order() {
  std::string names;
  for (const std::size_t n : keras_order(graph_of<Net>))
    names += (names.empty() ? "" : " ") + graph_of<Net>[n].name();
  return names;
}
template <fixed_string Name>
using Point = Named<Name, Conv2D<1, Kernel<1>>>;
template <class... Layers>
using Net = detail::Bound<Shape{3, 3, 1}, Sequential<Layers...>>;

}  // namespace

TEST_CASE("a chain is in its own order") {
  CHECK(order<Net<Point<"a">, Point<"b">, Flatten, Dense<1>>>() == "input_1 a b flatten_1 dense_1");
}

TEST_CASE("of branches, the longest begins first, and equals are in the order of the concatenation") {
  CHECK(order<Net<Point<"x">, Concatenate<Point<"a">, Sequential<Point<"b">, Point<"c">>,
                                          Sequential<Point<"d">, Point<"e">>>>>() ==
        "input_1 x b d a c e concatenate_1");
  CHECK(order<Net<Concatenate<Sequential<Point<"a">, Point<"b">, Point<"c">>, Point<"d">>>>() ==
        "input_1 a b c d concatenate_1");
}

TEST_CASE("blocks inside branches") {
  CHECK(order<Net<
            Concatenate<Point<"a">, Sequential<Point<"b">, Named<"in", Concatenate<Point<"c">, Point<"d">>>>>,
            Point<"last">>>() == "input_1 b c d a in concatenate_1 last");
}

}  // namespace keras_order_test
