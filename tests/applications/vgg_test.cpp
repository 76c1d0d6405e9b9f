// SPDX-License-Identifier: MIT
#include <graft/applications/vgg.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/with_top.hpp>

#include "support/golden_application.hpp"

namespace vgg_test {

using namespace graft;
using namespace graft::test;

// keras.applications: parameters without the top.
static_assert(VGG16<Image<224, 224>>::parameter_count == 14'714'688);
static_assert(VGG19<Image<224, 224>>::parameter_count == 20'024'384);
// With it.
static_assert(WithTop<VGG16<Image<224, 224>>>::parameter_count == 138'357'544);
static_assert(WithTop<VGG19<Image<224, 224>>>::parameter_count == 143'667'240);
static_assert(WithTop<VGG16<Image<224, 224>>>::Until<"fc1">::output_shape == Shape{4096});
static_assert(graph_of<VGG16<Image<224, 224>>>.size == 19 && graph_of<VGG19<Image<224, 224>>>.size == 22);
static_assert(VGG16<Image<224, 224>>::output_shape == Shape{7, 7, 512});
static_assert(VGG19<Image<150, 150>, Rescale>::output_shape == Shape{4, 4, 512});
static_assert(VGG19<Image<150, 150>>::Until<"block4_conv3">::output_shape == Shape{18, 18, 512});
static_assert(std::is_same_v<VGG16<Image<224, 224>>::preprocessing, Caffe>);

TEST_CASE("VGG16 and VGG19 are Keras', layer by layer") {
  check_layer_table<VGG16<Image<49, 65>>>("applications/vgg16");
  check_layer_table<VGG19<Image<32, 47>>>("applications/vgg19");
  check_layer_table<WithTop<VGG16<Image<49, 65>>>>("applications/vgg16_top");
}

TEST_CASE("VGG16 computes what Keras does") {
  check_golden_application<VGG16<Image<49, 65>>>("vgg16");
  check_golden_application<WithTop<VGG16<Image<49, 65>>>>("vgg16_top");
}

}  // namespace vgg_test
