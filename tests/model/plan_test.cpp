// SPDX-License-Identifier: MIT
// Inception v3's plans are tried in tests/applications/.
#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/depthwise_conv2d.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/layers/reshape.hpp>
#include <graft/layers/zero_padding2d.hpp>
#include <graft/model/execution.hpp>
#include <graft/model/network.hpp>

#include "model/plan_simulation.hpp"
#include <doctest/doctest.h>

namespace plan_test {

using namespace graft;
using namespace graft::test;

namespace {

template <Shape In, class... Layers>
using Net = detail::Bound<In, Sequential<Layers...>>;
constexpr Shape map{6, 5, 3}, vector{11};

template <std::size_t Filters>
using Block = Sequential<Conv2D<Filters, Kernel<3>, Same, NoBias>, BatchNormalization<>, Activation<Relu>>;
template <std::size_t Filters>
using Point = Conv2D<Filters, Kernel<1>>;

using Chain =
    Net<map, Block<4>, Block<8>, MaxPooling2D<Kernel<2>>, Block<5>, GlobalAveragePooling2D, Dense<3>>;
using Branched = Net<map, Block<4>, Concatenate<Block<2>, Sequential<Block<3>, Block<5>>, Sequential<>>,
                     Concatenate<Point<6>, MaxPooling2D<Kernel<3>, Strides<1>, Same>>, Flatten, Dropout<20>,
                     Dense<4, Relu>, Dense<1>>;
using Nested =
    Net<map, Concatenate<Point<2>, Sequential<Point<3>, Concatenate<Point<4>, Point<5>>>>, Point<7>>;

template <class N>
constexpr std::size_t values_total() {
  std::size_t total = 0;
  for (const Node& node : graph_of<N>.nodes) total += node.output.size();
  return total;
}

}  // namespace

TEST_CASE("the simulation itself sees a buffer that is written over") {
  constexpr auto& graph = graph_of<Chain>;
  auto plan = plan_of<Chain, inference_mode>;
  REQUIRE(PlanSimulation{graph, plan, inference_mode}.error().empty());
  // All buffers at the same place: the second layer overwrites what it reads.
  for (Location& location : plan.locations) location.offset = 0;
  CHECK(PlanSimulation{graph, plan, inference_mode}.error() == "conv2d_1 is not intact while it is read");
  auto small = plan_of<Chain, inference_mode>;
  small.arena_size /= 2;
  CHECK(PlanSimulation{graph, small, inference_mode}.error().find("lies outside its memory") !=
        std::string::npos);
  auto lazy = plan_of<Chain, inference_mode>;
  lazy.steps[2] = lazy.steps[1];
  CHECK(PlanSimulation{graph, lazy, inference_mode}.error().find("is not intact when it is read") !=
        std::string::npos);
}

TEST_CASE("no two live buffers overlap, in any mode") {
  CHECK(plan_errors<Chain>() == "");
  CHECK(plan_errors<Branched>() == "");
  CHECK(plan_errors<Nested>() == "");
  CHECK(plan_errors<Net<vector, Dense<5>>>() == "");
  CHECK(plan_errors<Net<vector, Dense<5>, Activation<Tanh>, Dropout<10>, Dense<2>, Dropout<50>>>() == "");
  CHECK(plan_errors<Net<vector, Concatenate<Dense<2>, Dense<3>, Sequential<>>, Dense<1>>>() == "");
  CHECK(plan_errors<Net<map, ZeroPadding2D<1>, AveragePooling2D<Kernel<2>>, Flatten>>() == "");
}

TEST_CASE("values that no step can place in a slice are copied") {
  // The network's input as a branch.
  using Inputs = Net<map, Concatenate<Sequential<>, Point<2>, Sequential<>>, Point<3>>;
  CHECK(plan_errors<Inputs>() == "");
  constexpr auto& inputs = plan_of<Inputs, frozen_mode>;
  CHECK(inputs.step_count == 4);  // two copies, two convolutions
  CHECK(inputs.steps[1].from == 0);
  CHECK(inputs.steps[1].slice == 0);
  CHECK(inputs.steps[2].from == 0);
  CHECK(inputs.steps[2].slice == 5);

  // The same value twice, and a value that is a slice elsewhere already.
  CHECK(plan_errors<Net<map, Point<2>, Concatenate<Sequential<>, Sequential<>>, Point<3>>>() == "");
  CHECK(plan_errors<Net<map, Concatenate<Point<2>, Point<3>>, Concatenate<Sequential<>, Sequential<>>>>() ==
        "");
  CHECK(plan_errors<
            Net<map, Point<2>, Concatenate<Sequential<>, Concatenate<Sequential<>, Point<3>>>, Flatten>>() ==
        "");
  CHECK(plan_errors<Net<map, Concatenate<Dropout<10>, Dropout<20>>, Dropout<30>>>() == "");
}

TEST_CASE("zeros before a convolution are its window's own padding in a frozen part") {
  using Padded = Net<map, ZeroPadding2D<0, 1, 2, 0>, Conv2D<4, Kernel<3>, Strides<2>>, ZeroPadding2D<1>,
                     DepthwiseConv2D<Kernel<3>, Same>>;
  CHECK(plan_errors<Padded>() == "");
  constexpr auto& plan = plan_of<Padded, frozen_mode>;
  CHECK(plan.step_count == 2);
  CHECK(plan.steps[0].from == 0);
  CHECK(plan.steps[0].pad == 1);
  using First = detail::Site<Padded, frozen_mode, 0>;
  CHECK(First::window == Window{3, 3, 2, 2, 0, 2});
  CHECK(First::input == contiguous(map));
  CHECK(detail::Site<Padded, frozen_mode, 1>::window == Window{3, 3, 1, 1, 2, 2});
  CHECK(plan_of<Padded, inference_mode>.step_count == 4);

  // Whole windows of zeros, another reader, and a pool, for which zeros are values.
  CHECK(plan_of<Net<map, ZeroPadding2D<3>, Conv2D<4, Kernel<3>>>, frozen_mode>.step_count == 2);
  CHECK(
      plan_of<Net<map, ZeroPadding2D<1>, Add<Conv2D<3, Kernel<1>>, Sequential<>>>, frozen_mode>.step_count ==
      3);
  CHECK(plan_of<Net<map, ZeroPadding2D<1>, MaxPooling2D<Kernel<3>>>, frozen_mode>.step_count == 2);
}

TEST_CASE("a sum takes the place of a term that nobody else reads") {
  using Residual = Net<map, Block<4>, Add<Sequential<>, Sequential<Block<6>, Block<4>>>, Point<3>>;
  CHECK(plan_errors<Residual>() == "");
  constexpr auto& plan = plan_of<Residual, frozen_mode>;
  CHECK(plan.step_count == 5);  // four convolutions, one addition
  CHECK(plan.steps[3].accumulate);
  CHECK(plan.steps[3].from == plan.steps[0].to);

  CHECK(plan_errors<Net<map, Add<Sequential<>, Sequential<>>, Point<3>>>() == "");
  CHECK(plan_errors<Net<map, Add<Point<5>, Point<5>, Sequential<>>>>() == "");
  CHECK(plan_errors<Net<map, Point<2>, Add<Dropout<10>, Dropout<20>>, Point<2>>>() == "");
  CHECK(plan_errors<Net<map, Point<2>, Add<Sequential<>, Add<Point<2>, Sequential<>>>>>() == "");
  CHECK(plan_errors<Net<map, Point<2>, Concatenate<Add<Sequential<>, Point<2>>, Sequential<>>, Point<1>>>() ==
        "");
  CHECK(plan_errors<Net<map, Point<2>, Add<Sequential<>, Point<2>>, Flatten, Dropout<10>>>() == "");
  CHECK(plan_errors<Net<vector, Add<Dense<4>, Dense<4>>, Activation<Tanh>>>() == "");
}

TEST_CASE("a product takes the place of what it multiplies, if all others have read it") {
  using Factors = Sequential<GlobalAveragePooling2D, Reshape<1, 1, 4>, Point<4>>;
  using Excited = Net<map, Block<4>, Multiply<Sequential<>, Factors>, Point<3>>;
  CHECK(plan_errors<Excited>() == "");
  constexpr auto& plan = plan_of<Excited, frozen_mode>;
  CHECK(plan.step_count == 5);  // two convolutions before and within, a mean, the product, a convolution
  CHECK(plan.locations[plan.steps[3].to].offset == plan.locations[plan.steps[3].from].offset);

  CHECK(plan_errors<Net<map, Block<4>, Multiply<Factors, Sequential<>>>>() == "");
  CHECK(plan_errors<Net<map, Block<4>, Add<Multiply<Sequential<>, Factors>, Sequential<>>, Point<2>>>() ==
        "");
  CHECK(plan_errors<Net<map, Point<4>, Add<Sequential<>, Multiply<Sequential<>, Factors>>>>() == "");
  CHECK(plan_errors<Net<map, Point<4>, Concatenate<Multiply<Sequential<>, Factors>, Point<2>, Sequential<>>,
                        Flatten>>() == "");
  CHECK(plan_errors<Net<map, Multiply<Sequential<>, Sequential<>>, Point<2>>>() == "");
  CHECK(plan_errors<Net<map, Point<4>, Multiply<Dropout<10>, Dropout<20>>>>() == "");
  CHECK(plan_errors<Net<vector, Multiply<Dense<4, Swish>, Dense<4, Swish>>, Dense<2, Swish>>>() == "");
}

TEST_CASE("networks that compute nothing deliver their input") {
  CHECK(plan_errors<Net<map>>() == "");
  CHECK(plan_errors<Net<map, Flatten>>() == "");
  CHECK(plan_errors<Net<map, Dropout<20>>>() == "");
  CHECK(plan_errors<Net<map, Dropout<20>, Flatten, Dropout<20>>>() == "");
  CHECK(plan_errors<Net<map, Concatenate<Sequential<>, Sequential<>>>>() == "");
}

TEST_CASE("a frozen network runs batch normalisation and activation inside the layer before them") {
  constexpr auto& graph = graph_of<Chain>;
  constexpr auto& frozen = plan_of<Chain, frozen_mode>;
  CHECK(frozen.step_count == 6);  // three blocks, two pools, one dense layer
  CHECK(frozen.steps[0].node == 1);
  CHECK(frozen.steps[0].scale_shift == 2);
  CHECK(frozen.steps[0].activation == 3);
  CHECK(frozen.steps[0].to == 3);
  CHECK(plan_of<Chain, inference_mode>.step_count == graph.size - 1);
  CHECK(plan_of<Chain, training_mode>.step_count == graph.size - 1);
}

TEST_CASE("nothing is taken into a layer that somebody else reads, or that has an activation already") {
  // conv2d_1 is read by the batch normalisation and by the concatenation.
  using Shared =
      Net<map, Point<3>, Concatenate<Sequential<BatchNormalization<>, Activation<Relu>>, Sequential<>>>;
  CHECK(plan_errors<Shared>() == "");
  CHECK(plan_of<Shared, frozen_mode>.steps[0].scale_shift == Step::none);
  using Activated = Net<map, Conv2D<3, Kernel<1>, Relu>, BatchNormalization<>, Activation<Tanh>>;
  CHECK(plan_errors<Activated>() == "");
  CHECK(plan_of<Activated, frozen_mode>.steps[0].scale_shift == Step::none);
  CHECK(plan_of<Activated, frozen_mode>.step_count == 2);
  // Without batch normalisation the activation still goes in.
  using Plain = Net<vector, Dense<3>, Activation<Tanh>, Dense<2>>;
  CHECK(plan_of<Plain, frozen_mode>.steps[0].activation == 2);
  CHECK(plan_of<Plain, frozen_mode>.step_count == 2);
}

TEST_CASE("in a frozen part an activation is computed with the batch normalisation or the sum before it") {
  using Normalized = Net<map, Point<4>, MaxPooling2D<Kernel<2>>, BatchNormalization<>, Activation<Relu>>;
  CHECK(plan_errors<Normalized>() == "");
  constexpr auto& normalized = plan_of<Normalized, frozen_mode>;
  CHECK(normalized.step_count == 3);
  CHECK(normalized.steps[2].node == 3);
  CHECK(normalized.steps[2].activation == 4);
  CHECK(plan_of<Normalized, inference_mode>.step_count == 4);

  using Residual = Net<map, Block<3>, Add<Sequential<>, Point<3>>, Activation<Relu>, Point<2>>;
  CHECK(plan_errors<Residual>() == "");
  constexpr auto& residual = plan_of<Residual, frozen_mode>;
  CHECK(residual.step_count == 4);
  CHECK(residual.steps[2].activation == 6);
  CHECK(residual.locations[6].offset == residual.locations[4].offset);
  CHECK(plan_of<Residual, training_mode>.step_count == 8);  // nothing fused, and the sum's first term copied
  // With the last of several terms only; and not where somebody else reads the sum.
  using Three = Net<map, Add<Point<3>, Point<3>, Sequential<>>, Activation<Tanh>>;
  CHECK(plan_errors<Three>() == "");
  constexpr auto& three = plan_of<Three, frozen_mode>;
  CHECK(three.step_count == 4);
  CHECK(three.steps[2].activation == Step::none);
  CHECK(three.steps[3].activation == 4);
  using Shared = Net<map, Add<Point<3>, Sequential<>>, Add<Activation<Relu>, Sequential<>>>;
  CHECK(plan_errors<Shared>() == "");
  CHECK(plan_of<Shared, frozen_mode>.steps[1].activation == Step::none);
  CHECK(plan_errors<Net<map, Concatenate<Sequential<Add<Point<3>, Sequential<>>, Activation<Relu>>,
                                         Sequential<BatchNormalization<>, Activation<Relu>>>>>() == "");
}

TEST_CASE("concatenation, Flatten and, outside training, Dropout are no steps") {
  CHECK(plan_of<Nested, frozen_mode>.step_count == 5);
  constexpr auto& nested = plan_of<Nested, frozen_mode>;
  // conv2d_1 | conv2d_3 | conv2d_4 side by side in one buffer of 2 + 4 + 5 channels.
  for (const std::size_t node : {1u, 3u, 4u}) {
    CAPTURE(node);
    CHECK(nested.locations[node].layout.pixel_stride == 11);
    CHECK(nested.locations[node].offset == nested.locations[6].offset);
  }
  CHECK(nested.locations[1].channel == 0);
  CHECK(nested.locations[3].channel == 2);
  CHECK(nested.locations[4].channel == 6);
  CHECK(nested.locations[2].layout.pixel_stride == 3);  // conv2d_2 is read by the inner block only

  using Head = Net<map, Flatten, Dropout<20>, Dense<4>, Dropout<20>, Dense<1>>;
  CHECK(plan_of<Head, inference_mode>.step_count == 2);
  CHECK(plan_of<Head, training_mode>.step_count == 4);
  CHECK(plan_of<Head, inference_mode>.steps[0].from == 2);
  CHECK(plan_of<Head, inference_mode>.locations[2].region == Region::input);
}

TEST_CASE("memory is used again outside training, and never in training") {
  constexpr std::size_t all = values_total<Chain>();
  // Two maps are alive at a time, the largest of 6 x 5 x 8 and 6 x 5 x 4; places are multiples of 16 floats.
  CHECK(plan_of<Chain, frozen_mode>.arena_size == 240 + 128);
  CHECK(plan_of<Chain, inference_mode>.arena_size < all / 2);
  CHECK(plan_of<Chain, training_mode>.arena_size >= all - map.size() - 3);
  for (const Location& location : plan_of<Branched, frozen_mode>.locations)
    if (location.region == Region::arena) CHECK(location.offset % 16 == 0);
}

TEST_CASE("training keeps the statistics of every batch normalisation") {
  constexpr auto& plan = plan_of<Chain, training_mode>;
  CHECK(plan.saved_size == 2 * (4 + 8 + 5));
  CHECK(plan.saved_offset[2] == 0);
  CHECK(plan.saved_offset[5] == 2 * 4);
  CHECK(plan.saved_offset[9] == 2 * (4 + 8));
  CHECK(plan_of<Chain, inference_mode>.saved_size == 0);
}

}  // namespace plan_test
