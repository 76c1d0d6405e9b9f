// SPDX-License-Identifier: MIT
#include <graft/layers/pooling2d.hpp>

#include "support/golden_layer.hpp"

namespace pooling2d_test {

using namespace graft;
using namespace graft::test;

static_assert(Layer<MaxPooling2D<Kernel<3>>> && Layer<AveragePooling2D<Kernel<3>>> &&
              Layer<GlobalAveragePooling2D>);
static_assert(MaxPooling2D<Kernel<3>, Strides<2>>::output_shape({71, 71, 64}) == Shape{35, 35, 64});
static_assert(MaxPooling2D<Kernel<2, 3>>::output_shape({8, 9, 5}) == Shape{4, 3, 5},
              "strides are the pool's size unless written");
static_assert(AveragePooling2D<Kernel<3>, Strides<1>, Same>::output_shape({35, 35, 192}) ==
              Shape{35, 35, 192});
static_assert(!MaxPooling2D<Kernel<3>>::accepts({2, 5, 1}) &&
              MaxPooling2D<Kernel<3>, Same>::accepts({2, 5, 1}));
static_assert(MaxPooling2D<Kernel<3>>::parameters({7, 9, 5}).empty() &&
              MaxPooling2D<Kernel<3>>::macs({7, 9, 5}) == 0);
static_assert(GlobalAveragePooling2D::output_shape({8, 8, 2048}) == Shape{2048});
static_assert(GlobalAveragePooling2D::accepts({8, 8, 2048}) && !GlobalAveragePooling2D::accepts({2048}));

TEST_CASE_TEMPLATE("MaxPooling2D computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  using Pool2 = MaxPooling2D<Kernel<2>>;
  using Pool3 = MaxPooling2D<Kernel<3>, Strides<2>>;
  using Pool3Same = MaxPooling2D<Kernel<3>, Strides<2>, Same>;
  check_golden<B, Shape{6, 8, 5}, Pool2>("max_pooling2d_2x2_stride2_valid_even");
  check_golden<B, Shape{7, 9, 5}, Pool2>("max_pooling2d_2x2_stride2_valid_odd");
  check_golden<B, Shape{6, 8, 5}, Pool3>("max_pooling2d_3x3_stride2_valid_even");
  check_golden<B, Shape{7, 9, 5}, Pool3>("max_pooling2d_3x3_stride2_valid_odd");
  check_golden<B, Shape{7, 9, 5}, Pool3>("max_pooling2d_3x3_stride2_valid_ties");
  check_golden<B, Shape{6, 8, 5}, Pool3Same>("max_pooling2d_3x3_stride2_same_even");
  check_golden<B, Shape{7, 9, 5}, Pool3Same>("max_pooling2d_3x3_stride2_same_odd");
  check_golden<B, Shape{5, 6, 5}, MaxPooling2D<Kernel<3>, Strides<1>, Same>>(
      "max_pooling2d_3x3_stride1_same");
}

TEST_CASE_TEMPLATE("AveragePooling2D computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  using Pool2 = AveragePooling2D<Kernel<2>>;
  using Pool3 = AveragePooling2D<Kernel<3>, Strides<2>>;
  using Pool3Same = AveragePooling2D<Kernel<3>, Strides<2>, Same>;
  check_golden<B, Shape{6, 8, 5}, Pool2>("average_pooling2d_2x2_stride2_valid_even");
  check_golden<B, Shape{7, 9, 5}, Pool2>("average_pooling2d_2x2_stride2_valid_odd");
  check_golden<B, Shape{6, 8, 5}, Pool3>("average_pooling2d_3x3_stride2_valid_even");
  check_golden<B, Shape{7, 9, 5}, Pool3>("average_pooling2d_3x3_stride2_valid_odd");
  check_golden<B, Shape{6, 8, 5}, Pool3Same>("average_pooling2d_3x3_stride2_same_even");
  check_golden<B, Shape{7, 9, 5}, Pool3Same>("average_pooling2d_3x3_stride2_same_odd");
  check_golden<B, Shape{5, 6, 5}, AveragePooling2D<Kernel<3>, Strides<1>, Same>>(
      "average_pooling2d_3x3_stride1_same");
}

TEST_CASE_TEMPLATE("GlobalAveragePooling2D computes and differentiates as Keras does", B,
                   GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{3, 4, 5}, GlobalAveragePooling2D>("global_average_pooling2d");
  check_golden<B, Shape{3, 4, 5}, GlobalAveragePooling2DKeepDims>("global_average_pooling2d_keepdims");
}

}  // namespace pooling2d_test
