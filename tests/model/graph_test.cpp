// SPDX-License-Identifier: MIT
#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/model/network.hpp>

#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace graph_test {

using namespace graft;

namespace {

template <Shape In, class... Layers>
using Net = detail::Bound<In, Sequential<Layers...>>;

// input - conv2d_1 - block (conv2d_2 | conv2d_3 - bn - act | the map itself) - dropout - flatten - dense
using Branched = Net<Shape{6, 5, 3}, Conv2D<4, Kernel<3>, Relu>,
                     Named<"block", Concatenate<Conv2D<2, Kernel<1>>,
                                                Sequential<Conv2D<3, Kernel<3>, Same, NoBias>,
                                                           BatchNormalization<NoScale>, Activation<Relu>>,
                                                Sequential<>>>,
                     Dropout<20>, Flatten, Dense<7>, Named<"answer", Dense<2, Softmax>>, Dense<3>>;
constexpr auto& branched = graph_of<Branched>;

template <std::size_t Nodes>
std::vector<std::string> names(const Graph<Nodes>& graph) {
  std::vector<std::string> result;
  for (const Node& node : graph.nodes) result.push_back(node.name());
  return result;
}

}  // namespace

TEST_CASE("nodes stand in the order written, with given names or Keras 2's automatic ones") {
  CHECK(names(branched) == std::vector<std::string>{"input_1", "conv2d_1", "conv2d_2", "conv2d_3",
                                                    "batch_normalization_1", "activation_1", "block",
                                                    "dropout_1", "flatten_1", "dense_1", "answer",
                                                    "dense_2"});
  CHECK(branched.output == 11);
  CHECK(branched.rejected == 0);
  CHECK(branched[6].keras_class == "Concatenate");
  CHECK(branched[0].keras_class == "InputLayer");
}

TEST_CASE("automatic numbers count unnamed layers of a class only") {
  using Mixed = Net<Shape{4, 4, 1}, Concatenate<Sequential<>, Conv2D<1, Kernel<1>>>,
                    Concatenate<Conv2D<1, Kernel<1>>, Sequential<>>, MaxPooling2D<Kernel<2>>,
                    Named<"conv2d_7", Conv2D<1, Kernel<1>>>, Conv2D<1, Kernel<1>>>;
  CHECK(names(graph_of<Mixed>) == std::vector<std::string>{"input_1", "conv2d_1", "concatenate_1", "conv2d_2",
                                                           "concatenate_2", "max_pooling2d_1", "conv2d_7",
                                                           "conv2d_3"});
}

TEST_CASE("edges: what each node reads, in call order, and how many read it") {
  const auto inputs = [](std::size_t n) {
    const Node& node = branched[n];
    return std::vector<std::size_t>(node.inputs.begin(), node.inputs.begin() + node.input_count);
  };
  CHECK(inputs(0).empty());
  CHECK(inputs(1) == std::vector<std::size_t>{0});
  CHECK(inputs(2) == std::vector<std::size_t>{1});
  CHECK(inputs(3) == std::vector<std::size_t>{1});
  CHECK(inputs(5) == std::vector<std::size_t>{4});
  CHECK(inputs(6) == std::vector<std::size_t>{2, 5, 1});
  CHECK(inputs(7) == std::vector<std::size_t>{6});
  CHECK(branched[1].consumers == 3);
  CHECK(branched[2].consumers == 1);
  CHECK(branched[11].consumers == 0);
}

TEST_CASE("shapes, parameters and multiply-adds add up") {
  static_assert(branched[1].output == Shape{4, 3, 4});
  static_assert(branched[6].output == Shape{4, 3, 2 + 3 + 4});
  static_assert(branched[8].output == Shape{4 * 3 * 9});
  static_assert(branched.output_shape() == Shape{3});

  constexpr std::size_t conv_1 = 3 * 3 * 3 * 4 + 4, conv_2 = 4 * 2 + 2, conv_3 = 3 * 3 * 4 * 3, bn = 3 * 3,
                        dense_1 = 108 * 7 + 7, answer = 7 * 2 + 2, dense_2 = 2 * 3 + 3;
  constexpr std::size_t sizes[] = {0, conv_1, conv_2, conv_3, bn, 0, 0, 0, 0, dense_1, answer, dense_2};
  std::size_t offset = 0;
  for (std::size_t n = 0; n < branched.size; ++n) {
    CAPTURE(n);
    CHECK(branched[n].parameter_size == sizes[n]);
    if (sizes[n] > 0) CHECK(branched[n].parameter_offset == offset);
    offset += sizes[n];
  }
  CHECK(branched.parameter_count == offset);
  CHECK(branched.trainable_count == offset - 2 * 3);
  CHECK(branched[4].parameters == 3);
  CHECK(branched[4].trainable_size == 3);
  CHECK(branched.macs ==
        12 * (3 * 3 * 3 * 4) + 12 * (4 * 2) + 12 * (3 * 3 * 4 * 3) + 108 * 7 + 7 * 2 + 2 * 3);
}

TEST_CASE("the first layer that does not accept its input is marked") {
  static_assert(
      graph_of<Net<Shape{4, 4, 3}, Conv2D<2, Kernel<3>>, Dense<5>, Conv2D<2, Kernel<9>>>>.rejected == 2);
  static_assert(graph_of<Net<Shape{4}, Dense<5>, Dropout<100>>>.rejected == 2);
  static_assert(graph_of<Net<Shape{4}, Dense<5>, Dropout<99>>>.rejected == 0);
  // Branches of different height.
  static_assert(
      graph_of<Net<Shape{4, 4, 3}, Concatenate<Conv2D<2, Kernel<3>>, Conv2D<2, Kernel<1>>>>>.rejected == 3);
  static_assert(graph_of<Net<Shape{4, 4, 3}, Add<Sequential<>, Conv2D<2, Kernel<1>>>>>.rejected == 2);
  CHECK(graph_of<Net<Shape{4}, Flatten>>.rejected == 0);
}

TEST_CASE("one layer is a network, and a single one inside compositions too") {
  static_assert(graph_of<detail::Bound<Shape{4}, Dense<3>>>.size == 2);
  static_assert(graph_of<Net<Shape{4}, Sequential<Sequential<>, Sequential<Dense<3>>>>>.size == 2);
  CHECK(graph_of<Net<Shape{4}, Named<"a", Named<"b", Dense<3>>>>>[1].name() == "b");
}

}  // namespace graph_test
