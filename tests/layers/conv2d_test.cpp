// SPDX-License-Identifier: MIT
#include <graft/layers/conv2d.hpp>

#include "support/golden_layer.hpp"

namespace conv2d_test {

using namespace graft;
using namespace graft::test;

using Stem = Conv2D<32, Kernel<3>, Strides<2>, NoBias>;
static_assert(Layer<Stem>);
static_assert(Stem::output_shape({150, 150, 3}) == Shape{74, 74, 32});
static_assert(Stem::parameters({150, 150, 3}).size() == 1);
static_assert(Stem::parameters({150, 150, 3})[0].shape == Shape{3, 3, 3, 32});
static_assert(Stem::macs({150, 150, 3}) == 74 * 74 * 32 * 27);
static_assert(Conv2D<6, Kernel<1, 7>, Same>::parameters({5, 9, 4})[0].shape == Shape{1, 7, 4, 6});
static_assert(Conv2D<6, Kernel<1, 7>, Same>::parameters({5, 9, 4})[1].shape == Shape{6});
static_assert(Conv2D<4, Kernel<3>, Same, Strides<2>>::output_shape({7, 9, 3}) == Shape{4, 5, 4});
static_assert(Conv2D<4, Kernel<3>, Strides<1, 2>>::output_shape({7, 9, 3}) == Shape{5, 4, 4});
static_assert(!Conv2D<4, Kernel<3>>::accepts({2, 9, 3}), "no whole window fits");
static_assert(Conv2D<4, Kernel<3>, Same>::accepts({2, 9, 3}));
static_assert(!Conv2D<4, Kernel<3>>::accepts({27}));
static_assert(!Conv2D<4, Kernel<1>>::accepts({0, 4, 3}));
static_assert(std::is_same_v<Conv2D<4, Kernel<3>, Relu, Same>::activation, Relu>);
static_assert(std::is_same_v<Conv2D<4, Kernel<3>, Same, Relu>::padding, Same>);

TEST_CASE_TEMPLATE("Conv2D without padding computes and differentiates as Keras does", B,
                   GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{6, 7, 3}, Conv2D<5, Kernel<3>>>("conv2d_3x3_valid");
  check_golden<B, Shape{6, 7, 3}, Conv2D<5, Kernel<3>, NoBias>>("conv2d_3x3_valid_no_bias");
  check_golden<B, Shape{7, 8, 3}, Conv2D<4, Kernel<3>, Strides<2>, NoBias>>("conv2d_3x3_valid_stride2");
  check_golden<B, Shape{4, 5, 6}, Conv2D<7, Kernel<1>, NoBias>>("conv2d_1x1");
  check_golden<B, Shape{5, 6, 4}, Conv2D<3, Kernel<1>, Strides<2>>>("conv2d_1x1_stride2");
  check_golden<B, Shape{4, 5, 6}, Conv2D<19, Kernel<1>, Swish>>("conv2d_1x1_swish");
}

TEST_CASE_TEMPLATE("Conv2D with padding computes and differentiates as Keras does", B,
                   GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{6, 7, 3}, Conv2D<5, Kernel<3>, Same>>("conv2d_3x3_same");
  check_golden<B, Shape{6, 7, 3}, Conv2D<5, Kernel<3>, Same, Relu>>("conv2d_3x3_same_relu");
  check_golden<B, Shape{7, 9, 3}, Conv2D<4, Kernel<3>, Same, Strides<2>>>("conv2d_3x3_same_stride2_odd");
  check_golden<B, Shape{6, 8, 3}, Conv2D<4, Kernel<3>, Same, Strides<2>>>("conv2d_3x3_same_stride2_even");
  check_golden<B, Shape{5, 6, 16}, Conv2D<33, Kernel<3>, Same, Relu>>("conv2d_3x3_same_wide_relu");
}

TEST_CASE_TEMPLATE("Conv2D with long and large kernels computes and differentiates as Keras does", B,
                   GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{5, 9, 4}, Conv2D<6, Kernel<1, 7>, Same, NoBias>>("conv2d_1x7_same");
  check_golden<B, Shape{9, 5, 4}, Conv2D<6, Kernel<7, 1>, Same, NoBias>>("conv2d_7x1_same");
  check_golden<B, Shape{7, 6, 3}, Conv2D<4, Kernel<5>, Same, NoBias>>("conv2d_5x5_same");
  check_golden<B, Shape{2, 3, 3}, Conv2D<4, Kernel<5>, Same>>("conv2d_5x5_same_small_map");
}

}  // namespace conv2d_test
