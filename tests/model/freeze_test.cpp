// SPDX-License-Identifier: MIT
// Moving a model with weights over the boundary is tried in move_boundary_test.cpp, what does not compile in
// tests/compile_fail.
#include <graft/applications/inception_v3.hpp>
#include <graft/applications/mobile_net_v2.hpp>

#include "model/small_network.hpp"
#include <doctest/doctest.h>

namespace freeze_test {

using namespace graft;
using namespace graft::test;

namespace {

using Small = SmallModel<Reference>;

// The types say what they are.
static_assert(std::is_same_v<Small::FreezeThrough<"conv_6">, Small>, "the last layer: all is frozen");
static_assert(std::is_same_v<Small::FreezeThrough<"mixed">::base, Frozen<SmallBackbone, "mixed">>);
static_assert(
    std::is_same_v<Small::FreezeThrough<"mixed">::FreezeThrough<"relu_1">, Small::FreezeThrough<"relu_1">>);
static_assert(std::is_same_v<Small::FreezeThrough<"mixed", BatchStatistics>::FreezeThrough<"conv_6">, Small>);

// Shapes and counts.
using Fine = Small::FreezeThrough<"relu_1">;
static_assert(Small::backbone_is_frozen && !Fine::backbone_is_frozen && Fine::has_backbone);
static_assert(Fine::feature_shape == Shape{6, 7, 16} && Fine::output_shape == Small::output_shape);
static_assert(Fine::parameter_count == Small::parameter_count);
static_assert(Small::FreezeThrough<"mixed">::trainable_parameter_count ==
              Small::trainable_parameter_count + 3 * 3 * 24 * 10 + 10);
// Statistics are no trainable parameters, wherever the boundary is.
static_assert(Small::FreezeThrough<"input_1">::trainable_parameter_count ==
              Small::trainable_parameter_count + SmallBackbone::trainable_parameter_count);
static_assert(Small::FreezeThrough<"input_1">::feature_shape == SmallBackbone::input_shape);

// A boundary on a network that is cut, also inside a branch, whose path has no branches left.
using Inception = InceptionV3<Image<75, 75>>;
template <class Backbone>
using On = Model<Frozen<Backbone>, Sequential<GlobalAveragePooling2D, Dense<1, Sigmoid>>, Reference>;
static_assert(On<Inception::Until<"mixed7">>::FreezeThrough<"mixed6">::trainable_parameter_count -
                  On<Inception::Until<"mixed7">>::trainable_parameter_count ==
              Inception::Until<"mixed7">::trainable_parameter_count -
                  Inception::Until<"mixed6">::trainable_parameter_count);
static_assert(std::is_same_v<On<Inception>::FreezeThrough<"mixed10">, On<Inception>>);
static_assert(
    std::is_same_v<
        On<Inception::Until<"conv2d_70">>::FreezeThrough<"average_pooling2d_7">::extractor_type::network,
        Inception::Until<"average_pooling2d_7">>);
// Behind a residual sum, and in the middle of what would be folded into one.
using Mobile = MobileNetV2<Image<32, 32>, Alpha<35>>;
static_assert(On<Mobile>::FreezeThrough<"block_5_add">::feature_shape == Shape{4, 4, 16});
static_assert(On<Mobile>::FreezeThrough<"Conv_1">::trainable_parameter_count ==
              On<Mobile>::trainable_parameter_count + 2 * 1280);

template <class N>
std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Node& node : graph_of<N>.nodes) all.push_back(node.name());
  return all;
}

struct Unnamed {
  static constexpr std::size_t minimum_size = 5;
  using preprocessings = TypeList<Rescale>;
  using layers = Sequential<Conv2D<4, Kernel<3>>, BatchNormalization<>, Named<"stem", Activation<Relu>>,
                            Add<Sequential<>, Sequential<Conv2D<4, Kernel<1>>, BatchNormalization<>>>,
                            Concatenate<Conv2D<2, Kernel<1>>, Sequential<>>, Conv2D<3, Kernel<3>>>;
};

}  // namespace

TEST_CASE("layers keep the names that they have in the whole backbone, and the head those of its own") {
  using Whole = Network<Image<9, 9>, Unnamed, Rescale>;
  using M = Model<Frozen<Whole>, Sequential<Conv2D<2, Kernel<1>>, Flatten, Dense<1, Sigmoid>>, Reference>;
  using Part = M::FreezeThrough<"stem">;
  std::vector<std::string> expected = names<Whole>(), found = names<Part::extractor_type::network>();
  const auto head = names<M::head_network>(), rest = names<Part::head_network>();
  expected.insert(expected.end(), head.begin() + 1, head.end());
  found.insert(found.end(), rest.begin() + 1, rest.end());
  CHECK(found == expected);
  CHECK(found[4] == "conv2d_2");
  CHECK(names<M::FreezeThrough<"input_1">::head_network>() == expected);
}

TEST_CASE(
    "normalisations behind the boundary go by the statistics that are asked for, those of the head by the "
    "batch's") {
  using Normal = Model<Frozen<SmallBackbone>,
                       Sequential<Flatten, Dense<4>, BatchNormalization<>, Dense<1, Sigmoid>>, Reference>;
  const auto frozen = [](auto model) {
    std::size_t count = 0;
    using types = node_types<typename decltype(model)::type::head_network>;
    detail::for_each_index<types::size>([&]<std::size_t I>() {
      if constexpr (requires { type_at<I, types>::frozen_statistics; })
        count += type_at<I, types>::frozen_statistics;
    });
    return count;
  };
  CHECK(frozen(std::type_identity<Normal::FreezeThrough<"input_1">>{}) == 2);
  CHECK(frozen(std::type_identity<Normal::FreezeThrough<"relu_1">>{}) == 1);
  CHECK(frozen(std::type_identity<Normal::FreezeThrough<"relu_1", FrozenStatistics>>{}) == 1);
  CHECK(frozen(std::type_identity<Normal::FreezeThrough<"relu_1", BatchStatistics>>{}) == 0);
  CHECK(frozen(std::type_identity<Normal>{}) == 0);
}

}  // namespace freeze_test
