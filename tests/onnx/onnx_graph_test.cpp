// SPDX-License-Identifier: MIT
#include <graft/onnx/onnx_graph.hpp>

#include "onnx/onnx_model.hpp"

namespace onnx_graph_test {

using namespace graft;
using namespace graft::test;
using Extents = std::vector<std::int64_t>;

TEST_CASE("images are turned where they enter and leave, and named as outside") {
  OnnxGraph graph;
  const std::string x = graph.input("image", {4, 5, 3});
  CHECK(x == "image/nchw");
  graph.output(graph.node("Relu", "relu", {x}), {4, 5, 3});
  const auto model = inferred(std::move(graph).take());
  CHECK(types(model) == "Transpose Relu Transpose");
  CHECK(integers(model.graph().node(0), "perm") == Extents{0, 3, 1, 2});
  CHECK(integers(model.graph().node(2), "perm") == Extents{0, 2, 3, 1});
  CHECK(model.graph().node(1).output(0) == "relu/nchw");
  CHECK(shape(model, "image") == Extents{-1, 4, 5, 3});
  CHECK(shape(model, "relu/nchw") == Extents{-1, 3, 4, 5});
  CHECK(model.graph().output(0).name() == "relu");
  CHECK(shape(model, "relu") == Extents{-1, 4, 5, 3});
  CHECK(model.graph().input(0).type().tensor_type().shape().dim(0).dim_param() == "N");
}

TEST_CASE("vectors go in and out as they are; a graph without nodes gets one") {
  OnnxGraph graph;
  CHECK(graph.input("x", {7}) == "x");
  graph.output("x", {7});
  const auto model = inferred(std::move(graph).take());
  CHECK(types(model) == "Identity");
  CHECK(model.graph().input(0).name() == "x");
  CHECK(model.graph().output(0).name() == "x/output");
  CHECK(shape(model, "x/output") == Extents{-1, 7});

  OnnxGraph image;
  image.output(image.input("x", {2, 3, 4}), {2, 3, 4});
  CHECK(types(inferred(std::move(image).take())) == "Transpose Transpose");
}

TEST_CASE("no two values have one name") {
  OnnxGraph graph;
  CHECK(graph.unique("a") == "a");
  CHECK(graph.unique("a") == "a_2");
  CHECK(graph.unique("a_2") == "a_2_2");
  CHECK(graph.unique("a") == "a_3");
  CHECK(graph.node("Relu", "a", {"a"}) == "a_4");
}

TEST_CASE("constants, attributes and metadata hold what they were given") {
  OnnxGraph graph;
  const std::array<std::size_t, 2> extents{2, 3};
  const std::array values{1.0f, -2.5f, 3.0f, 0.0f, 5.0f, -6.0f};
  const std::array<std::int64_t, 2> whole{-1, 1LL << 40};
  const std::size_t two = 2;
  graph.constant("matrix", extents, values);
  graph.constant("whole", {&two, 1}, whole);
  graph.constant("one", {}, std::span<const float>{values.data(), 1});
  graph.node("Any", "any", {"matrix"}, {{"list", {4, 5}}, {"integer", 6}, {"number", 0.25}});
  graph.metadata("key", "text");
  const auto model = std::move(graph).take();
  CHECK(test::extents(constant(model, "matrix")) == Extents{2, 3});
  CHECK(same_bits(numbers(constant(model, "matrix")), values));
  CHECK(constant(model, "matrix").data_type() == ::onnx::TensorProto::FLOAT);
  CHECK(numbers<std::int64_t>(constant(model, "whole")) == Extents{-1, 1LL << 40});
  CHECK(constant(model, "whole").data_type() == ::onnx::TensorProto::INT64);
  CHECK(test::extents(constant(model, "one")).empty());
  const auto& any = node(model, "any");
  CHECK(integers(any, "list") == Extents{4, 5});
  CHECK(attribute(any, "integer").i() == 6);
  CHECK(attribute(any, "number").f() == 0.25f);
  CHECK(metadata(model, "key") == "text");
  CHECK(model.ir_version() == 8);
  CHECK(model.opset_import(0).version() == 13);
}

}  // namespace onnx_graph_test
