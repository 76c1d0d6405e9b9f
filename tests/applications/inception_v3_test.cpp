// SPDX-License-Identifier: MIT
// What Inception v3 is, without a weight: Keras' published counts, its layers one by one, and its plans.
#include <graft/applications/inception_v3.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/with_top.hpp>

#include "model/plan_simulation.hpp"
#include "support/golden_application.hpp"

namespace inception_v3_test {

using namespace graft;
using namespace graft::test;

namespace {

using Whole = InceptionV3<Image<150, 150>>;
using Seed7 = Whole::Until<"mixed7">;

// keras.applications: 21,802,784 parameters without the top, 21,768,352 of them trainable.
static_assert(Whole::parameter_count == 21'802'784 && Whole::trainable_parameter_count == 21'768'352);
static_assert(Whole::output_shape == Shape{3, 3, 2048});
static_assert(graph_of<Whole>.size == 311 && graph_of<Whole>.rejected == 0);
static_assert(Seed7::output_shape == Shape{7, 7, 768} && Seed7::parameter_count == 8'975'264);
static_assert((Seed7::macs + 50'000) / 100'000 == 9'190);  // 919.0 million multiply-adds
static_assert(std::is_same_v<Whole::preprocessing, Tf>);
static_assert(std::is_same_v<InceptionV3<Image<75, 75>, Rescale>::preprocessing, Rescale>);

// With its top: 23,851,784, of images of any size.
static_assert(WithTop<InceptionV3<Image<299, 299>>>::parameter_count == 23'851'784);
static_assert(WithTop<InceptionV3<Image<299, 299>>>::output_shape == Shape{1000});
static_assert(WithTop<Whole, 5>::parameter_count == 21'802'784 + 2048 * 5 + 5);
static_assert(WithTop<Whole>::Until<"avg_pool">::output_shape == Shape{2048});
static_assert(std::is_same_v<WithTop<InceptionV3<Image<75, 75>, Rescale>>::preprocessing, Rescale>);

// The published cuts, by the counts of all parameters up to them.
template <fixed_string Name>
constexpr bool cut(std::size_t parameters, Shape shape) {
  using Cut = Whole::Until<Name>;
  return Cut::parameter_count == parameters && Cut::output_shape == shape;
}
static_assert(cut<"mixed0">(429'440, {16, 16, 256}));
static_assert(cut<"mixed1">(707'408, {16, 16, 288}));
static_assert(cut<"mixed2">(993'056, {16, 16, 288}));
static_assert(cut<"mixed3">(2'146'976, {7, 7, 768}));
static_assert(cut<"mixed4">(3'445'920, {7, 7, 768}));
static_assert(cut<"mixed5">(5'138'656, {7, 7, 768}));
static_assert(cut<"mixed6">(6'831'392, {7, 7, 768}));
static_assert(cut<"mixed8">(10'674'848, {3, 3, 1280}));
static_assert(cut<"mixed9">(15'722'720, {3, 3, 2048}));
static_assert(cut<"mixed10">(21'802'784, {3, 3, 2048}));
// Inside branches, and inside a block inside a branch.
static_assert(cut<"activation_2">(864 + 96 + 9'216 + 96, {72, 72, 32}));
static_assert(Whole::Until<"conv2d_65">::output_shape == Shape{7, 7, 192});
static_assert(Whole::Until<"batch_normalization_33">::output_shape == Shape{7, 7, 128});
static_assert(Whole::Until<"mixed9_0">::output_shape == Shape{3, 3, 768});
static_assert(Whole::Until<"concatenate_2">::output_shape == Shape{3, 3, 768});

template <std::size_t Size>
constexpr bool has_sizes(std::size_t mixed2, std::size_t mixed7, std::size_t mixed10) {
  bool right = true;
  for (const Node& node : graph_of<InceptionV3<Image<Size, Size>>>.nodes) {
    const std::size_t expected = node.label == "mixed2"    ? mixed2
                                 : node.label == "mixed7"  ? mixed7
                                 : node.label == "mixed10" ? mixed10
                                                           : 0;
    right = right && (expected == 0 || (node.output[0] == expected && node.output[1] == expected));
  }
  return right;
}
static_assert(has_sizes<75>(7, 3, 1));
static_assert(has_sizes<128>(13, 6, 2));
static_assert(has_sizes<160>(17, 8, 3));
static_assert(has_sizes<192>(21, 10, 4));
static_assert(has_sizes<224>(25, 12, 5));
static_assert(has_sizes<256>(29, 14, 6));
static_assert(has_sizes<299>(35, 17, 8));
static_assert(has_sizes<300>(35, 17, 8));

}  // namespace

TEST_CASE("Inception v3 is Keras': every layer's place, name, class, shape, parameters and sources") {
  check_layer_table<Whole>("inception_v3");
  check_layer_table<WithTop<InceptionV3<Image<75, 97>>>>("applications/inception_v3_top");
}

TEST_CASE("a cut's layers are the first of the whole, in Keras' order") {
  const auto whole = keras_order(graph_of<Whole>), cut = keras_order(graph_of<Seed7>);
  REQUIRE(cut.size() == 229);
  for (std::size_t i = 0; i < cut.size(); ++i)
    CHECK(graph_of<Seed7>[cut[i]].name() == graph_of<Whole>[whole[i]].name());
}

TEST_CASE("plans of Inception v3 keep live values apart") {
  CHECK(plan_errors<Seed7>() == "");
  CHECK(plan_error<InceptionV3<Image<75, 75>>, frozen_mode>() == "");
  CHECK(plan_error<InceptionV3<Image<75, 75>>::Until<"mixed9_0">, frozen_mode>() == "");
}

TEST_CASE("a frozen Inception v3 is one step a convolution or pool, in little memory") {
  constexpr auto& plan = plan_of<Seed7, frozen_mode>;
  CHECK(plan.step_count == 70 + 7 + 3);  // concatenation costs nothing
  // The first three convolutions' values side by side; what all steps write is more than three times as much.
  CHECK(plan.arena_size <= 74 * 74 * 32 + 72 * 72 * 32 + 72 * 72 * 64);
}

TEST_CASE("Inception v3 with its top computes what Keras does") {
  check_golden_application<WithTop<InceptionV3<Image<75, 97>>>>("inception_v3_top");
}

}  // namespace inception_v3_test
