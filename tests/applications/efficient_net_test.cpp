// SPDX-License-Identifier: MIT
#include <graft/applications/efficient_net.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/with_top.hpp>

#include "model/plan_simulation.hpp"
#include "support/golden_application.hpp"

namespace efficient_net_test {

using namespace graft;
using namespace graft::test;

namespace {

using Whole = EfficientNetB0<Image<224, 224>>;
using Odd = EfficientNetB0<Image<75, 97>>;

}  // namespace

// keras.applications: parameters without the top; seven of them are Normalization's.
static_assert(Whole::parameter_count == 4'049'571 && Whole::trainable_parameter_count == 4'007'548);
static_assert(graph_of<Whole>.rejected == 0);
static_assert(Whole::output_shape == Shape{7, 7, 1280} && Odd::output_shape == Shape{3, 4, 1280});
static_assert(Whole::Until<"block2b_add">::output_shape == Shape{56, 56, 24});
static_assert(Whole::Until<"block6a_expand_activation">::output_shape == Shape{14, 14, 672});
static_assert(Whole::Until<"block1a_se_squeeze">::output_shape == Shape{32}, "inside a branch");
static_assert(WithTop<Whole>::parameter_count == 5'330'571);
static_assert(std::is_same_v<Whole::preprocessing, PassThrough>);

TEST_CASE("EfficientNetB0 is Keras', layer by layer") {
  check_layer_table<Odd>("applications/efficient_net_b0");
  check_layer_table<WithTop<EfficientNetB0<Image<32, 47>>>>("applications/efficient_net_b0_top");
}

TEST_CASE("plans of EfficientNetB0 keep live values apart") {
  CHECK(plan_errors<EfficientNetB0<Image<32, 47>>>() == "");
  CHECK(plan_error<EfficientNetB0<Image<32, 47>>::Until<"block4b_se_expand">, frozen_mode>() == "");
}

TEST_CASE(
    "a frozen EfficientNetB0 multiplies in place and adds nothing to its convolutions but means and "
    "products") {
  constexpr auto& plan = plan_of<Whole, frozen_mode>;
  constexpr std::size_t convolutions = 1 + 15 + 16 + 3 * 16 + 1, blocks = 16, sums = 9;
  CHECK(plan.step_count == 3 + convolutions + 2 * blocks + sums);
}

TEST_CASE("EfficientNetB0 computes what Keras does") {
  check_golden_application<Odd>("efficient_net_b0");
  check_golden_application<EfficientNetB0<Image<64, 64>>>("efficient_net_b0");
  check_golden_application<WithTop<EfficientNetB0<Image<32, 47>>>>("efficient_net_b0_top");
}

}  // namespace efficient_net_test
