// SPDX-License-Identifier: MIT
#include <graft/applications/dense_net.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/with_top.hpp>

#include "model/plan_simulation.hpp"
#include "support/golden_application.hpp"

namespace dense_net_test {

using namespace graft;
using namespace graft::test;

namespace {

using Whole = DenseNet121<Image<224, 224>>;
using Small = DenseNet121<Image<75, 97>, Rescale>;

}  // namespace

// keras.applications: parameters without the top.
static_assert(Whole::parameter_count == 7'037'504 && Whole::trainable_parameter_count == 6'953'856);
static_assert(WithTop<Whole>::parameter_count == 8'062'504);
static_assert(graph_of<Whole>.size == 427 && graph_of<Whole>.rejected == 0);
static_assert(Whole::output_shape == Shape{7, 7, 1024} && Small::output_shape == Shape{2, 3, 1024});
static_assert(DenseNet121<Image<150, 150>>::output_shape == Shape{4, 4, 1024});
static_assert(Small::Until<"conv1/relu">::output_shape == Shape{38, 49, 64});
static_assert(Small::Until<"conv3_block12_concat">::output_shape == Shape{9, 12, 512});
static_assert(Small::Until<"conv4_block7_1_relu">::output_shape == Shape{4, 6, 128});
static_assert(Small::Until<"pool3_pool">::output_shape == Shape{4, 6, 256});
static_assert(std::is_same_v<Whole::preprocessing, Torch> && std::is_same_v<Small::preprocessing, Rescale>);

TEST_CASE("DenseNet121 is Keras', layer by layer") {
  check_layer_table<Small>("applications/densenet121");
  check_layer_table<WithTop<Small>>("applications/densenet121_top");
}

TEST_CASE("plans of DenseNet121 keep live values apart") {
  CHECK(plan_errors<DenseNet121<Image<32, 47>>>() == "");
  CHECK(plan_error<DenseNet121<Image<32, 47>>::Until<"conv3_block2_2_conv">, frozen_mode>() == "");
}

TEST_CASE("in a frozen DenseNet121 concatenation costs nothing, and activations are no steps") {
  constexpr auto& plan = plan_of<Whole, frozen_mode>;
  // Stem, 58 blocks of normalisation, convolution and convolution, three transitions, the last normalisation.
  CHECK(plan.step_count == 3 + 58 * 3 + 3 * 3 + 1);
}

TEST_CASE("DenseNet121 computes what Keras does") { check_golden_application<Small>("densenet121"); }

}  // namespace dense_net_test
