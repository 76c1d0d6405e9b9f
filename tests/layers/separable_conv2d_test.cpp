// SPDX-License-Identifier: MIT
#include <graft/layers/separable_conv2d.hpp>

#include "support/golden_layer.hpp"

namespace separable_conv2d_test {

using namespace graft;
using namespace graft::test;

using Plain = SeparableConv2D<128, Kernel<3>, Same, NoBias>;
static_assert(Layer<Plain>);
static_assert(Plain::output_shape({19, 25, 64}) == Shape{19, 25, 128});
static_assert(Plain::inner_shape({19, 25, 64}) == Shape{19, 25, 64});
static_assert(Plain::parameters({19, 25, 64}).size() == 2);
static_assert(Plain::parameters({19, 25, 64})[0].shape == Shape{3, 3, 64, 1});
static_assert(Plain::parameters({19, 25, 64})[1].shape == Shape{1, 1, 64, 128});
static_assert(Plain::macs({19, 25, 64}) == 19 * 25 * 64 * (9 + 128));
using Doubling = SeparableConv2D<10, Kernel<5, 3>, Strides<2>, DepthMultiplier<2>, Relu>;
static_assert(Doubling::output_shape({9, 9, 4}) == Shape{3, 4, 10});
static_assert(Doubling::inner_shape({9, 9, 4}) == Shape{3, 4, 8});
static_assert(Doubling::parameters({9, 9, 4})[0].shape == Shape{5, 3, 4, 2});
static_assert(Doubling::parameters({9, 9, 4})[1].shape == Shape{1, 1, 8, 10});
static_assert(Doubling::parameters({9, 9, 4})[2].shape == Shape{10});
static_assert(!Plain::accepts({27}) && !Doubling::accepts({4, 9, 3}));

TEST_CASE_TEMPLATE("SeparableConv2D computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{6, 7, 5}, SeparableConv2D<4, Kernel<3>, Same, NoBias>>("separable_conv2d_3x3_same");
  check_golden<B, Shape{7, 9, 3}, SeparableConv2D<6, Kernel<3>, Same, Strides<2>, Relu>>(
      "separable_conv2d_3x3_same_stride2_odd_relu");
  check_golden<B, Shape{5, 6, 4}, SeparableConv2D<7, Kernel<3>, DepthMultiplier<2>>>(
      "separable_conv2d_3x3_valid_multiplier");
  check_golden<B, Shape{7, 6, 37}, SeparableConv2D<18, Kernel<5>, Same>>("separable_conv2d_5x5_same_wide");
}

TEST_CASE_TEMPLATE("padding, batch normalisation and activation are computed inside a SeparableConv2D", B,
                   GRAFT_TESTED_BACKENDS) {
  using N = Net<Shape{5, 6, 3}, ZeroPadding2D<0, 1, 2, 0>, SeparableConv2D<4, Kernel<3>, Strides<2>>,
                BatchNormalization<>, Activation<Relu>>;
  CHECK(plan_of<N, frozen_mode>.step_count == 2);  // the first is Net's copy of the input
  const auto x = random_values(2 * 5 * 6 * 3, 1);
  auto parameters = random_values(graph_of<N>.parameter_count, 2);
  for (std::size_t i = parameters.size() - 4; i < parameters.size(); ++i)
    parameters[i] = 1.0f + 0.5f * parameters[i];  // moving_variance
  CHECK(difference(forward_pass<N, B, frozen_mode>(2, x, parameters),
                   forward_pass<N, B, inference_mode>(2, x, parameters)) < golden_tolerance);
}

}  // namespace separable_conv2d_test
