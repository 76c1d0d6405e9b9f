// SPDX-License-Identifier: MIT
// Reading ONNX models: what ONNX's own checker and shape inference say of them, and their parts by name.
#pragma once

#include <graft/backend/reference/reference.hpp>
#include <graft/onnx/export_onnx.hpp>

#include "model/small_network.hpp"
#include <cstring>
#include <doctest/doctest.h>

#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#undef MAP_TYPE  // a macro of <sys/mman.h> that ONNX's headers have as a name
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

namespace graft::test {

/// A model that ONNX's checker accepts, with the shapes of all values that its shape inference finds, which
/// must agree with those that are written in it.
inline ::onnx::ModelProto inferred(::onnx::ModelProto model) {
  ::onnx::checker::check_model(model);
  ::onnx::shape_inference::InferShapes(model, ::onnx::OpSchemaRegistry::Instance(), {true, 1});
  return model;
}

/// A layer on an input, with random parameters, exported.
template <Shape In, class... Layers>
::onnx::ModelProto exported() {
  using Net = detail::Bound<In, Sequential<Layers...>>;
  Extractor<Net, Reference> extractor;
  extractor.assign(random_values(graph_of<Net>.parameter_count, 11));
  return inferred(to_onnx(extractor));
}

/// The types of all nodes in order: "Conv Relu".
inline std::string types(const ::onnx::ModelProto& model) {
  std::string text;
  for (const auto& node : model.graph().node()) text += (text.empty() ? "" : " ") + node.op_type();
  return text;
}

inline const ::onnx::NodeProto& node(const ::onnx::ModelProto& model, const std::string& name) {
  for (const auto& node : model.graph().node())
    if (node.name() == name) return node;
  FAIL("no node " << name << " among: " << types(model));
  std::abort();
}

inline std::vector<std::string> inputs(const ::onnx::NodeProto& node) {
  return {node.input().begin(), node.input().end()};
}

inline const ::onnx::AttributeProto& attribute(const ::onnx::NodeProto& node, const std::string& name) {
  for (const auto& attribute : node.attribute())
    if (attribute.name() == name) return attribute;
  FAIL("no attribute " << name << " of " << node.name());
  std::abort();
}
inline std::vector<std::int64_t> integers(const ::onnx::NodeProto& node, const std::string& name) {
  const auto& list = attribute(node, name).ints();
  return {list.begin(), list.end()};
}

inline const ::onnx::TensorProto& constant(const ::onnx::ModelProto& model, const std::string& name) {
  for (const auto& tensor : model.graph().initializer())
    if (tensor.name() == name) return tensor;
  FAIL("no constant " << name);
  std::abort();
}
inline std::vector<std::int64_t> extents(const ::onnx::TensorProto& tensor) {
  return {tensor.dims().begin(), tensor.dims().end()};
}
template <class Number = float>
std::vector<Number> numbers(const ::onnx::TensorProto& tensor) {
  std::vector<Number> values(tensor.raw_data().size() / sizeof(Number));
  std::memcpy(values.data(), tensor.raw_data().data(), tensor.raw_data().size());
  return values;
}

/// The extents of a value, -1 for the number of samples. // inputs, outputs, and what inference has found
inline std::vector<std::int64_t> shape(const ::onnx::ModelProto& model, const std::string& name) {
  const auto& graph = model.graph();
  for (const auto* values : {&graph.input(), &graph.output(), &graph.value_info()})
    for (const auto& value : *values)
      if (value.name() == name) {
        std::vector<std::int64_t> result;
        for (const auto& dim : value.type().tensor_type().shape().dim())
          result.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
        return result;
      }
  FAIL("no value " << name);
  std::abort();
}

/// The same for what Keras calls a shape. // -1, channels, height, width; or -1, units
inline std::vector<std::int64_t> inside(const Shape& shape) {
  const auto n = [&](std::size_t i) { return static_cast<std::int64_t>(shape[i]); };
  if (shape.rank == 3) return {-1, n(2), n(0), n(1)};
  return {-1, n(0)};
}

inline std::string metadata(const ::onnx::ModelProto& model, const std::string& key) {
  for (const auto& entry : model.metadata_props())
    if (entry.key() == key) return entry.value();
  return "";
}

}  // namespace graft::test
