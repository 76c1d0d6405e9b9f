// SPDX-License-Identifier: MIT
#include <graft/layers/depthwise_conv2d.hpp>

#include "support/golden_layer.hpp"

namespace depthwise_conv2d_test {

using namespace graft;
using namespace graft::test;

using Halving = DepthwiseConv2D<Kernel<3>, Strides<2>, NoBias>;
static_assert(Layer<Halving>);
static_assert(Halving::output_shape({113, 113, 64}) == Shape{56, 56, 64});
static_assert(Halving::parameters({113, 113, 64}).size() == 1);
static_assert(Halving::parameters({113, 113, 64})[0].shape == Shape{3, 3, 64, 1});
static_assert(Halving::macs({113, 113, 64}) == 56 * 56 * 64 * 9);
using Doubling = DepthwiseConv2D<Kernel<5, 3>, DepthMultiplier<2>, Same, Relu>;
static_assert(Doubling::output_shape({7, 9, 4}) == Shape{7, 9, 8});
static_assert(Doubling::parameters({7, 9, 4})[0].shape == Shape{5, 3, 4, 2});
static_assert(Doubling::parameters({7, 9, 4})[1].shape == Shape{8});
static_assert(Doubling::macs({7, 9, 4}) == 7 * 9 * 8 * 15);
static_assert(!DepthwiseConv2D<Kernel<3>>::accepts({2, 9, 3}) && !DepthwiseConv2D<Kernel<3>>::accepts({27}));

TEST_CASE_TEMPLATE("DepthwiseConv2D computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{6, 7, 5}, DepthwiseConv2D<Kernel<3>, Same>>("depthwise_conv2d_3x3_same");
  check_golden<B, Shape{6, 8, 5}, DepthwiseConv2D<Kernel<3>, Same, Strides<2>>>(
      "depthwise_conv2d_3x3_same_stride2_even");
  check_golden<B, Shape{7, 9, 5}, Halving>("depthwise_conv2d_3x3_valid_stride2");
  check_golden<B, Shape{5, 6, 4}, DepthwiseConv2D<Kernel<3>, DepthMultiplier<2>, Relu>>(
      "depthwise_conv2d_3x3_multiplier_relu");
  check_golden<B, Shape{7, 6, 37}, DepthwiseConv2D<Kernel<5>, Same>>("depthwise_conv2d_5x5_same_wide");
  check_golden<B, Shape{5, 6, 19}, DepthwiseConv2D<Kernel<3>, Same, Swish>>(
      "depthwise_conv2d_3x3_same_swish");
}

}  // namespace depthwise_conv2d_test
