// SPDX-License-Identifier: MIT
#include <graft/applications/xception.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/with_top.hpp>

#include "model/plan_simulation.hpp"
#include "support/golden_application.hpp"

namespace xception_test {

using namespace graft;
using namespace graft::test;

namespace {

using Whole = Xception<Image<299, 299>>;
using Small = Xception<Image<75, 97>, Rescale>;

}  // namespace

// keras.applications: parameters without the top.
static_assert(Whole::parameter_count == 20'861'480 && Whole::trainable_parameter_count == 20'806'952);
static_assert(WithTop<Whole>::parameter_count == 22'910'480);
static_assert(graph_of<Whole>.size == 132 && graph_of<Whole>.rejected == 0);
static_assert(Whole::output_shape == Shape{10, 10, 2048} && Small::output_shape == Shape{3, 3, 2048});
static_assert(Xception<Image<150, 150>>::output_shape == Shape{5, 5, 2048});
static_assert(Small::Until<"add_3">::output_shape == Shape{5, 6, 728});
static_assert(Small::Until<"batch_normalization_2">::output_shape == Shape{9, 12, 256});
static_assert(Small::Until<"block4_sepconv1_bn">::output_shape == Shape{9, 12, 728});
static_assert(Small::Until<"block13_sepconv2_act">::output_shape == Shape{5, 6, 728});
static_assert(std::is_same_v<Whole::preprocessing, Tf> && std::is_same_v<Small::preprocessing, Rescale>);

TEST_CASE("Xception is Keras', layer by layer") {
  check_layer_table<Small>("applications/xception");
  check_layer_table<WithTop<Small>>("applications/xception_top");
}

TEST_CASE("plans of Xception keep live values apart") {
  CHECK(plan_errors<Xception<Image<71, 78>>>() == "");
  CHECK(plan_error<Xception<Image<71, 78>>::Until<"block3_sepconv2">, frozen_mode>() == "");
}

TEST_CASE("Xception computes what Keras does") { check_golden_application<Small>("xception"); }

}  // namespace xception_test
