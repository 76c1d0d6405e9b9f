// SPDX-License-Identifier: MIT
#include <graft/applications/squeeze_net.hpp>
#include <graft/data/preprocess.hpp>
#include <graft/model/with_top.hpp>
#include <graft/weights/load.hpp>

#include "model/plan_simulation.hpp"
#include "support/backends.hpp"
#include "support/golden_application.hpp"

namespace squeeze_net_test {

using namespace graft;
using namespace graft::test;

namespace {

using Whole = SqueezeNet<Image<227, 227>>;
using Small = SqueezeNet<Image<150, 150>, Rescale>;
using Odd = SqueezeNet<Image<75, 97>>;

}  // namespace

// 1,235,496 parameters with the top, of which its convolution has 513,000.
static_assert(Whole::parameter_count == 1'235'496 - 513'000);
static_assert(WithTop<Whole>::parameter_count == 1'235'496);
static_assert(Whole::trainable_parameter_count == Whole::parameter_count);
static_assert(graph_of<Whole>.size == 63 && graph_of<Whole>.rejected == 0);
static_assert(Whole::output_shape == Shape{13, 13, 512} && Small::output_shape == Shape{8, 8, 512});
static_assert(Odd::output_shape == Shape{3, 5, 512});
static_assert(SqueezeNet<Image<48, 48>>::output_shape == Shape{2, 2, 512});
static_assert(Whole::Until<"pool1">::output_shape == Shape{56, 56, 64});
static_assert(Whole::Until<"fire5/concat">::output_shape == Shape{27, 27, 256});
static_assert(Whole::Until<"fire9/relu_expand3x3">::output_shape == Shape{13, 13, 256});
static_assert(std::is_same_v<Whole::preprocessing, Caffe> && std::is_same_v<Small::preprocessing, Rescale>);

TEST_CASE("SqueezeNet is what its Keras files hold, layer by layer") {
  check_layer_table<Odd>("applications/squeeze_net");
  check_layer_table<WithTop<Odd>>("applications/squeeze_net_top");
}

TEST_CASE("plans of SqueezeNet keep live values apart") {
  CHECK(plan_errors<SqueezeNet<Image<48, 53>>>() == "");
  CHECK(plan_error<SqueezeNet<Image<48, 53>>::Until<"fire4/expand3x3">, frozen_mode>() == "");
}

TEST_CASE("a frozen SqueezeNet is one step a convolution or pool") {
  CHECK(plan_of<Whole, frozen_mode>.step_count == 1 + 8 * 3 + 3);
}

TEST_CASE_TEMPLATE("SqueezeNet computes what Keras does", B, GRAFT_MODEL_BACKENDS) {
  check_golden_application<Odd, B>("squeeze_net");
}

TEST_CASE("SqueezeNet with its top computes what Keras does") {
  check_golden_application<WithTop<Odd>>("squeeze_net_top");
}

TEST_CASE("SqueezeNet's trained weights make of an image what they make of it in Keras") {
  check_golden_trained<Odd>("squeeze_net", "squeezenet_1.1_notop.h5");
}

}  // namespace squeeze_net_test
