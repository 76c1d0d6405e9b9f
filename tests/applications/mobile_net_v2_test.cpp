// SPDX-License-Identifier: MIT
#include <graft/applications/mobile_net_v2.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/with_top.hpp>

#include "model/plan_simulation.hpp"
#include "support/golden_application.hpp"

namespace mobile_net_v2_test {

using namespace graft;
using namespace graft::test;

namespace {

template <std::size_t Percent>
constexpr std::size_t parameters = MobileNetV2<Image<224, 224>, Alpha<Percent>>::parameter_count;

template <std::size_t Percent>
constexpr std::size_t with_top = WithTop<MobileNetV2<Image<224, 224>, Alpha<Percent>>>::parameter_count;

using Whole = MobileNetV2<Image<224, 224>>;
using Small = MobileNetV2<Image<150, 150>, Alpha<35>, Rescale>;

}  // namespace

// keras.applications: parameters without the top.
static_assert(parameters<35> == 410'208 && parameters<50> == 706'224 && parameters<75> == 1'382'064);
static_assert(parameters<100> == 2'257'984 && parameters<130> == 3'766'048 && parameters<140> == 4'363'712);
// And with it.
static_assert(with_top<35> == 1'691'208 && with_top<50> == 1'987'224 && with_top<75> == 2'663'064);
static_assert(with_top<100> == 3'538'984 && with_top<130> == 5'431'048 && with_top<140> == 6'156'712);
static_assert(Whole::trainable_parameter_count == 2'223'872);
static_assert(graph_of<Whole>.size == 154 && graph_of<Whole>.rejected == 0);
static_assert(Whole::output_shape == Shape{7, 7, 1280} && Small::output_shape == Shape{5, 5, 1280});
static_assert(MobileNetV2<Image<96, 96>, Alpha<140>>::output_shape == Shape{3, 3, 1792});
static_assert(Small::Until<"block_6_expand_relu">::output_shape == Shape{19, 19, 96});
static_assert(Small::Until<"block_2_add">::output_shape == Shape{38, 38, 8});
static_assert(Small::Until<"block_2_project">::output_shape == Shape{38, 38, 8});
static_assert(std::is_same_v<Whole::preprocessing, Tf> && std::is_same_v<Small::preprocessing, Rescale>);

TEST_CASE("MobileNet V2 is Keras', layer by layer") {
  check_layer_table<MobileNetV2<Image<75, 97>, Alpha<35>>>("applications/mobile_net_v2_35");
  check_layer_table<WithTop<MobileNetV2<Image<75, 97>, Alpha<35>>>>("applications/mobile_net_v2_35_top");
}

TEST_CASE("plans of MobileNet V2 keep live values apart") {
  CHECK(plan_errors<MobileNetV2<Image<32, 47>, Alpha<35>>>() == "");
  CHECK(plan_error<MobileNetV2<Image<32, 47>, Alpha<35>>::Until<"block_5_project_BN">, frozen_mode>() == "");
}

TEST_CASE("MobileNet V2 computes what Keras does") {
  check_golden_application<MobileNetV2<Image<75, 97>, Alpha<35>>>("mobile_net_v2_35");
  check_golden_application<WithTop<MobileNetV2<Image<75, 97>, Alpha<35>>>>("mobile_net_v2_35_top");
}

}  // namespace mobile_net_v2_test
