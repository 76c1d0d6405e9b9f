// SPDX-License-Identifier: MIT
// Cuts of a network; those that are refused are tried in tests/compile_fail/, Inception v3's in
// tests/applications/.
#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/model/network.hpp>

#include <doctest/doctest.h>
#include <string>

namespace network_test {

using namespace graft;

namespace {

struct AnyPixels;

template <std::size_t Filters>
using Point = Conv2D<Filters, Kernel<1>, NoBias>;

struct Blocks {
  static constexpr std::size_t minimum_size = 2;
  using preprocessings = TypeList<AnyPixels>;
  using layers = Sequential<
      Named<"stem", Point<2>>, Named<"pool", MaxPooling2D<Kernel<2>>>,
      Named<"one", Concatenate<Named<"a", Point<3>>,
                               Sequential<Named<"b", Point<4>>, Named<"b_bn", BatchNormalization<NoScale>>,
                                          Named<"b_relu", Activation<Relu>>>>>,
      Named<"two",
            Concatenate<Sequential<Named<"c", Point<5>>,
                                   Named<"inner", Concatenate<Named<"d", Point<6>>, Named<"e", Point<7>>>>>,
                        Named<"f", Point<8>>>>>;
};
using Whole = Network<Image<6, 4>, Blocks, AnyPixels>;

template <class Net>
std::string last_layers() {
  std::string names;
  for (const Node& node : graph_of<Net>.nodes) names += (names.empty() ? "" : " ") + node.name();
  return names;
}

constexpr std::size_t to_pool = 3 * 2, a = 2 * 3, b = 2 * 4, bn = 3 * 4, c = 7 * 5, d = 5 * 6, e = 5 * 7,
                      f = 7 * 8;

}  // namespace

TEST_CASE("a network knows its shapes and counts") {
  static_assert(Whole::input_shape == Shape{6, 4, 3});
  static_assert(Whole::output_shape == Shape{3, 2, 6 + 7 + 8});
  static_assert(Whole::parameter_count == to_pool + a + b + bn + c + d + e + f);
  static_assert(Whole::trainable_parameter_count == Whole::parameter_count - 2 * 4);
  static_assert(Whole::macs == 24 * to_pool + 6 * (a + b + c + d + e + f));
  static_assert(std::is_same_v<Whole::preprocessing, AnyPixels>);
  CHECK(LayeredNetwork<Whole>);
  CHECK_FALSE(LayeredNetwork<Image<6, 4>>);
}

TEST_CASE("Until cuts behind a layer of the trunk, and behind a block") {
  using Pool = Whole::Until<"pool">;
  static_assert(Pool::output_shape == Shape{3, 2, 2} && Pool::parameter_count == to_pool);
  using One = Whole::Until<"one">;
  static_assert(One::output_shape == Shape{3, 2, 7} && One::parameter_count == to_pool + a + b + bn);
  static_assert(std::is_same_v<Whole::Until<"two">::layers, Whole::layers>);
  CHECK(last_layers<Pool>() == "input_1 stem pool");
  CHECK(last_layers<One>() == "input_1 stem pool a b b_bn b_relu one");
}

TEST_CASE("Until inside a branch leaves the path to it, and no other branch") {
  using B = Whole::Until<"b">;
  static_assert(B::output_shape == Shape{3, 2, 4} && B::parameter_count == to_pool + b);
  using Normalized = Whole::Until<"b_bn">;
  static_assert(Normalized::output_shape == Shape{3, 2, 4} &&
                Normalized::parameter_count == to_pool + b + bn);
  using A = Whole::Until<"a">;
  static_assert(A::output_shape == Shape{3, 2, 3} && A::parameter_count == to_pool + a);
  CHECK(last_layers<A>() == "input_1 stem pool a");
  CHECK(last_layers<Normalized>() == "input_1 stem pool b b_bn");
}

TEST_CASE("Until inside a block inside a branch") {
  using Inner = Whole::Until<"inner">;
  static_assert(Inner::output_shape == Shape{3, 2, 13});
  static_assert(Inner::parameter_count == Whole::Until<"one">::parameter_count + c + d + e);
  using E = Whole::Until<"e">;
  static_assert(E::output_shape == Shape{3, 2, 7});
  CHECK(last_layers<Inner>() == "input_1 stem pool a b b_bn b_relu one c d e inner");
  CHECK(last_layers<E>() == "input_1 stem pool a b b_bn b_relu one c e");
}

TEST_CASE("a cut can be cut again") {
  using Twice = Whole::Until<"one">::Until<"stem">;
  static_assert(std::is_same_v<Twice, Whole::Until<"stem">>);
  CHECK(Twice::output_shape == Shape{6, 4, 2});
}

}  // namespace network_test
