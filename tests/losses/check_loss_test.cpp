// SPDX-License-Identifier: MIT
// What check_loss refuses is tried in tests/compile_fail/.
#include <graft/losses/binary_crossentropy.hpp>
#include <graft/losses/categorical_crossentropy.hpp>
#include <graft/losses/check_loss.hpp>

#include <doctest/doctest.h>
#include <type_traits>

namespace check_loss_test {

using namespace graft;

namespace {
template <class... Layers>
using Head = detail::Bound<Shape{3}, Sequential<Layers...>>;
}  // namespace

static_assert(std::is_same_v<detail::LogitsOf<Head<Dense<4, Relu>, Dense<2, Softmax>>>,
                             Head<Dense<4, Relu>, Dense<2>>>);

TEST_CASE("a loss is accepted where the head ends in its activation") {
  detail::check_loss<BinaryCrossentropy, Head<Dense<1, Sigmoid>>>();
  detail::check_loss<BinaryCrossentropy, Head<Dense<5>, Named<"answer", Activation<Sigmoid>>>>();
  detail::check_loss<CategoricalCrossentropy, Head<Dense<3, Softmax>>>();
  CHECK_FALSE(std::is_same_v<BinaryCrossentropy::last_activation, CategoricalCrossentropy::last_activation>);
}

}  // namespace check_loss_test
