// SPDX-License-Identifier: MIT
#include <graft/layers/zero_padding2d.hpp>

#include "support/golden_layer.hpp"

namespace zero_padding2d_test {

using namespace graft;
using namespace graft::test;

static_assert(Layer<ZeroPadding2D<3>>);
static_assert(ZeroPadding2D<3>::output_shape({224, 224, 3}) == Shape{230, 230, 3});
static_assert(ZeroPadding2D<0, 1, 2, 3>::output_shape({3, 4, 5}) == Shape{4, 9, 5});
static_assert(!ZeroPadding2D<1>::accepts({5}));
static_assert(CorrectPadding2D<Kernel<3>>::output_shape({112, 75, 5}) == Shape{113, 77, 5});
static_assert(CorrectPadding2D<Kernel<5>>::padding({112, 75, 5}).top == 1 &&
              CorrectPadding2D<Kernel<5>>::padding({112, 75, 5}).left == 2);

TEST_CASE_TEMPLATE("ZeroPadding2D computes and differentiates as Keras does", B, GRAFT_TESTED_BACKENDS) {
  check_golden<B, Shape{3, 4, 5}, ZeroPadding2D<0, 1, 2, 3>>("zero_padding2d");
}

TEST_CASE_TEMPLATE("padding that is fused with a convolution changes nothing", B, GRAFT_TESTED_BACKENDS) {
  const auto check = []<class N>(std::type_identity<N>) {
    const auto input = random_values(2 * N::input_shape.size(), 1);
    const auto parameters = random_values(graph_of<N>.parameter_count, 2);
    CHECK(difference(forward_pass<N, B, frozen_mode>(2, input, parameters),
                     forward_pass<N, B, inference_mode>(2, input, parameters)) < 1e-5);
  };
  check(std::type_identity<Net<Shape{5, 6, 3}, ZeroPadding2D<0, 1, 2, 0>, Conv2D<4, Kernel<3>, Strides<2>>,
                               ZeroPadding2D<1>, DepthwiseConv2D<Kernel<3>, Same>>>{});
  check(std::type_identity<
        Net<Shape{7, 4, 17}, CorrectPadding2D<Kernel<5>>, DepthwiseConv2D<Kernel<5>, Strides<2>, Relu6>,
            ZeroPadding2D<2>, Conv2D<33, Kernel<3>, Same, Relu>>>{});
}

}  // namespace zero_padding2d_test
