// SPDX-License-Identifier: MIT
// What check_loss refuses is tried in tests/compile_fail/.
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/losses/categorical_crossentropy.hpp>
#include <graft/losses/check_loss.hpp>

#include <doctest/doctest.h>
#include <type_traits>

using namespace graft;

namespace {
template <class... Layers>
using Head = detail::Bound<Shape{3}, Sequential<Layers...>>;
template <class Net>
using LogitLayers = typename detail::LogitsOf<Net>::layers;
}  // namespace

static_assert(std::is_same_v<LogitLayers<Head<Dense<2, Sigmoid>>>, Sequential<Dense<2>>>);
static_assert(std::is_same_v<LogitLayers<Head<Dense<4, Relu>, Dense<2, NoBias, Softmax>>>,
                             Sequential<Dense<4, Relu>, Dense<2, NoBias>>>);
static_assert(std::is_same_v<LogitLayers<Head<Dense<1>, Activation<Sigmoid>>>,
                             Sequential<Dense<1>, Activation<Linear>>>);
static_assert(std::is_same_v<LogitLayers<Head<Sequential<Named<"answer", Dense<1, Sigmoid>>>>>,
                             Sequential<Sequential<Named<"answer", Dense<1>>>>>);
static_assert(std::is_same_v<LogitLayers<Head<Dense<2>>>, Sequential<Dense<2>>>);
static_assert(graph_of<detail::LogitsOf<Head<Dense<4, Relu>, Dense<2, Softmax>>>>.parameter_count ==
              graph_of<Head<Dense<4, Relu>, Dense<2, Softmax>>>.parameter_count);

TEST_CASE("a loss is accepted where the head ends in its activation") {
  detail::check_loss<BinaryCrossentropy, Head<Dense<1, Sigmoid>>>();
  detail::check_loss<BinaryCrossentropy, Head<Dense<5>, Named<"answer", Activation<Sigmoid>>>>();
  detail::check_loss<CategoricalCrossentropy, Head<Dense<3, Softmax>>>();
  CHECK(std::is_same_v<detail::last_activation_of<Head<Dense<5, Relu>, Dense<1, Sigmoid>>>, Sigmoid>);
  CHECK(std::is_same_v<detail::last_activation_of<Head<Dense<5>, Activation<Softmax>>>, Softmax>);
}
