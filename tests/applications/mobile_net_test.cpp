// SPDX-License-Identifier: MIT
#include <graft/applications/mobile_net.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/with_top.hpp>

#include "model/plan_simulation.hpp"
#include "support/golden_application.hpp"

namespace mobile_net_test {

using namespace graft;
using namespace graft::test;

namespace {

using Whole = MobileNet<Image<224, 224>>;
using Small = MobileNet<Image<150, 150>, Alpha<25>, Rescale>;

}  // namespace

// keras.applications: parameters without the top.
static_assert(Whole::parameter_count == 3'228'864 && Whole::trainable_parameter_count == 3'206'976);
static_assert(MobileNet<Image<224, 224>, Alpha<75>>::parameter_count == 1'832'976);
static_assert(MobileNet<Image<224, 224>, Alpha<50>>::parameter_count == 829'536);
static_assert(Small::parameter_count == 218'544);
// With it.
static_assert(WithTop<Whole>::parameter_count == 4'253'864);
static_assert(WithTop<MobileNet<Image<224, 224>, Alpha<75>>>::parameter_count == 2'601'976);
static_assert(WithTop<MobileNet<Image<224, 224>, Alpha<50>>>::parameter_count == 1'342'536);
static_assert(WithTop<Small>::parameter_count == 475'544);
static_assert(WithTop<Small>::Until<"conv_preds">::output_shape == Shape{1, 1, 1000});
static_assert(graph_of<Whole>.size == 86 && graph_of<Whole>.rejected == 0);
static_assert(Whole::output_shape == Shape{7, 7, 1024} && Small::output_shape == Shape{4, 4, 256});
static_assert(MobileNet<Image<299, 299>>::output_shape == Shape{9, 9, 1024});
static_assert(Whole::Until<"conv_dw_13_relu">::parameter_count == 2'176'192);
static_assert(Small::Until<"conv_pad_4">::output_shape == Shape{38, 38, 32});
static_assert(Small::Until<"conv_dw_4">::output_shape == Shape{18, 18, 32}, "odd maps: not the size of Same");
static_assert(std::is_same_v<Whole::preprocessing, Tf> && std::is_same_v<Small::preprocessing, Rescale>);

TEST_CASE("MobileNet is Keras', layer by layer") {
  check_layer_table<MobileNet<Image<75, 97>>>("applications/mobile_net");
  check_layer_table<MobileNet<Image<96, 64>, Alpha<25>>>("applications/mobile_net_25");
  check_layer_table<WithTop<MobileNet<Image<75, 97>, Alpha<25>>>>("applications/mobile_net_25_top");
}

TEST_CASE("plans of MobileNet keep live values apart") {
  CHECK(plan_errors<MobileNet<Image<32, 47>, Alpha<25>>>() == "");
}

TEST_CASE("MobileNet computes what Keras does") {
  check_golden_application<MobileNet<Image<75, 97>>>("mobile_net");
  check_golden_application<WithTop<MobileNet<Image<75, 97>, Alpha<25>>>>("mobile_net_25_top");
}

}  // namespace mobile_net_test
