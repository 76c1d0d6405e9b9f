// SPDX-License-Identifier: MIT
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/model/logits.hpp>
#include <graft/model/network.hpp>

#include <doctest/doctest.h>
#include <type_traits>

namespace logits_test {

using namespace graft;

namespace {
template <class... Layers>
using Net = detail::Bound<Shape{3}, Sequential<Layers...>>;
template <class L>
using Without = typename detail::WithoutLastActivation<L>::type;
}  // namespace

static_assert(std::is_same_v<Without<Sequential<Dense<2, Sigmoid>>>, Sequential<Dense<2>>>);
static_assert(std::is_same_v<Without<Sequential<Dense<4, Relu>, Dense<2, NoBias, Softmax>>>,
                             Sequential<Dense<4, Relu>, Dense<2, NoBias>>>);
static_assert(std::is_same_v<Without<Sequential<Dense<1>, Activation<Sigmoid>>>,
                             Sequential<Dense<1>, Activation<Linear>>>);
static_assert(std::is_same_v<Without<Sequential<Sequential<Named<"answer", Dense<1, Sigmoid>>>>>,
                             Sequential<Sequential<Named<"answer", Dense<1>>>>>);
static_assert(std::is_same_v<Without<Dense<1, Sigmoid>>, Dense<1>>);
static_assert(std::is_same_v<Without<Sequential<Dense<2>>>, Sequential<Dense<2>>>);

TEST_CASE("without its last activation a network keeps its nodes and parameters") {
  using Head = Net<Dense<4, Relu>, Dropout<20>, Named<"answer", Dense<2, Softmax>>>;
  using Logits = Net<Dense<4, Relu>, Dropout<20>, Named<"answer", Dense<2>>>;
  CHECK(std::is_same_v<Without<Head::layers>, Logits::layers>);
  CHECK(graph_of<Head>.size == graph_of<Logits>.size);
  for (std::size_t n = 0; n < graph_of<Head>.size; ++n) {
    CHECK(graph_of<Head>[n].name() == graph_of<Logits>[n].name());
    CHECK(graph_of<Head>[n].parameter_offset == graph_of<Logits>[n].parameter_offset);
  }
}

TEST_CASE("the last activation is the last layer's") {
  CHECK(std::is_same_v<detail::last_activation_of<Net<Dense<5, Relu>, Dense<1, Sigmoid>>>, Sigmoid>);
  CHECK(std::is_same_v<detail::last_activation_of<Net<Dense<5>, Activation<Softmax>>>, Softmax>);
  CHECK(std::is_same_v<detail::last_activation_of<Net<Dense<5, Relu>, Dense<1>>>, Linear>);
}

}  // namespace logits_test
