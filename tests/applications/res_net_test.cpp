// SPDX-License-Identifier: MIT
#include <graft/applications/res_net.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/with_top.hpp>

#include "model/plan_simulation.hpp"
#include "support/golden_application.hpp"

namespace res_net_test {

using namespace graft;
using namespace graft::test;

namespace {

using Whole = ResNet50<Image<224, 224>>;
using Small = ResNet50<Image<75, 97>, Rescale>;

}  // namespace

// keras.applications: parameters without the top.
static_assert(Whole::parameter_count == 23'587'712 && Whole::trainable_parameter_count == 23'534'592);
static_assert(WithTop<Whole>::parameter_count == 25'636'712);
static_assert(graph_of<Whole>.size == 175 && graph_of<Whole>.rejected == 0);
static_assert(Whole::output_shape == Shape{7, 7, 2048} && Small::output_shape == Shape{3, 4, 2048});
static_assert(ResNet50<Image<150, 150>>::output_shape == Shape{5, 5, 2048});
static_assert(Small::Until<"pool1_pool">::output_shape == Shape{19, 25, 64});
static_assert(Small::Until<"conv2_block3_out">::output_shape == Shape{19, 25, 256});
static_assert(Small::Until<"conv3_block1_0_bn">::output_shape == Shape{10, 13, 512});
static_assert(Small::Until<"conv4_block6_2_relu">::output_shape == Shape{5, 7, 256});
static_assert(std::is_same_v<Whole::preprocessing, Caffe> && std::is_same_v<Small::preprocessing, Rescale>);

TEST_CASE("ResNet50 is Keras', layer by layer") {
  check_layer_table<Small>("applications/resnet50");
  check_layer_table<WithTop<Small>>("applications/resnet50_top");
}

TEST_CASE("plans of ResNet50 keep live values apart") {
  CHECK(plan_errors<ResNet50<Image<32, 47>>>() == "");
  CHECK(plan_error<ResNet50<Image<32, 47>>::Until<"conv3_block2_3_bn">, frozen_mode>() == "");
}

TEST_CASE("a frozen ResNet50 is one step a convolution, pool or sum") {
  CHECK(plan_of<Whole, frozen_mode>.step_count == 53 + 2 + 16);  // and the zeros before the pool
}

TEST_CASE("ResNet50 computes what Keras does") { check_golden_application<Small>("resnet50"); }

}  // namespace res_net_test
