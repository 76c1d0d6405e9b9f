// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#ifndef ONNX_ML
#define ONNX_ML 1  // the variant of ONNX's classes that Debian has
#endif
#include <onnx/onnx_pb.h>

namespace graft {

/// The name and value of one attribute of an ONNX node: an integer, a number or a list of integers.
class OnnxAttribute {
 public:
  OnnxAttribute(std::string_view name, std::integral auto value) {
    set(name, ::onnx::AttributeProto::INT);
    proto_.set_i(static_cast<std::int64_t>(value));
  }
  OnnxAttribute(std::string_view name, double value) {
    set(name, ::onnx::AttributeProto::FLOAT);
    proto_.set_f(static_cast<float>(value));
  }
  OnnxAttribute(std::string_view name, const std::vector<std::size_t>& values) {
    set(name, ::onnx::AttributeProto::INTS);
    for (const std::size_t value : values) proto_.add_ints(static_cast<std::int64_t>(value));
  }

  const ::onnx::AttributeProto& proto() const { return proto_; }

 private:
  void set(std::string_view name, ::onnx::AttributeProto::AttributeType type) {
    proto_.set_name(std::string{name});
    proto_.set_type(type);
  }

  ::onnx::AttributeProto proto_;
};

/// A graph of ONNX operators while it is built. A value and the node that makes it have one name. Images are
/// (batch, channels, height, width) inside, as ONNX's convolutions want them, and (batch, height, width,
/// channels), as Keras has them, where they enter and leave.
class OnnxGraph {
 public:
  /// The oldest version in which every operator that is used has its present meaning.
  static constexpr int operator_set = 13;
  static constexpr int ir_version = 8;

  OnnxGraph() {
    model_.set_ir_version(ir_version);
    model_.set_producer_name("graft");
    auto& operators = *model_.add_opset_import();
    operators.set_domain("");
    operators.set_version(operator_set);
    graph().set_name("graft");
  }

  /// `name`, or with a number behind it what is not taken yet; it is taken from now on.
  std::string unique(const std::string& name) {
    std::string free = name;
    for (std::size_t n = 2; !names_.insert(free).second; ++n) free = name + "_" + std::to_string(n);
    return free;
  }

  /// The input of the graph, any number of samples; returns the value that layers read.
  std::string input(const std::string& name, const Shape& sample) {
    const std::string taken = unique(name);
    describe(*graph().add_input(), taken, sample);
    return sample.rank == 3 ? node("Transpose", taken + "/nchw", {taken}, {{"perm", {0, 3, 1, 2}}}) : taken;
  }

  /// A node with one output; returns the name of both.
  std::string node(std::string_view type, const std::string& name, std::span<const std::string> inputs,
                   std::initializer_list<OnnxAttribute> attributes = {}) {
    const std::string taken = unique(name);
    auto& node = *graph().add_node();
    node.set_op_type(std::string{type});
    node.set_name(taken);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(taken);
    for (const OnnxAttribute& attribute : attributes) *node.add_attribute() = attribute.proto();
    return taken;
  }
  std::string node(std::string_view type, const std::string& name, std::initializer_list<std::string> inputs,
                   std::initializer_list<OnnxAttribute> attributes = {}) {
    return node(type, name, std::span{inputs.begin(), inputs.size()}, attributes);
  }

  /// A tensor of numbers that the file holds; returns its name. // (extents...), row-major; none: one number
  std::string constant(const std::string& name, std::span<const std::size_t> extents,
                       std::span<const float> values) {
    return constant(name, extents, ::onnx::TensorProto::FLOAT, std::as_bytes(values));
  }
  std::string constant(const std::string& name, std::span<const std::size_t> extents,
                       std::span<const std::int64_t> values) {
    return constant(name, extents, ::onnx::TensorProto::INT64, std::as_bytes(values));
  }

  std::size_t node_count() const { return static_cast<std::size_t>(model_.graph().node_size()); }

  /// Gives the node that was added last, and its value, a name that `unique` has returned.
  std::string rename_last(const std::string& name) {
    auto& last = *graph().mutable_node(graph().node_size() - 1);
    last.set_name(name);
    last.set_output(0, name);
    return name;
  }

  /// Declares the value that was made last the output of the graph. sample: its shape as Keras has it.
  void output(std::string value, const Shape& sample) {
    if (sample.rank == 3) {
      const std::string inside = rename_last(unique(value + "/nchw"));
      node("Transpose", value + "/nhwc", {inside}, {{"perm", {0, 2, 3, 1}}});
      rename_last(value);
    } else if (node_count() == 0) {  // what comes in goes out
      value = node("Identity", value + "/output", {value});
    }
    describe(*graph().add_output(), value, sample);
  }

  /// A text about the model that travels in the file.
  void metadata(std::string key, std::string value) {
    auto& entry = *model_.add_metadata_props();
    entry.set_key(std::move(key));
    entry.set_value(std::move(value));
  }

  ::onnx::ModelProto take() && { return std::move(model_); }

 private:
  ::onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  static void describe(::onnx::ValueInfoProto& value, const std::string& name, const Shape& sample) {
    value.set_name(name);
    auto& tensor = *value.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(::onnx::TensorProto::FLOAT);
    tensor.mutable_shape()->add_dim()->set_dim_param("N");
    for (std::size_t i = 0; i < sample.rank; ++i)
      tensor.mutable_shape()->add_dim()->set_dim_value(static_cast<std::int64_t>(sample[i]));
  }

  std::string constant(const std::string& name, std::span<const std::size_t> extents,
                       ::onnx::TensorProto::DataType type, std::span<const std::byte> bytes) {
    static_assert(std::endian::native == std::endian::little, "ONNX's raw data is little-endian");
    const std::string taken = unique(name);
    auto& tensor = *graph().add_initializer();
    tensor.set_name(taken);
    tensor.set_data_type(type);
    for (const std::size_t extent : extents) tensor.add_dims(static_cast<std::int64_t>(extent));
    tensor.set_raw_data(bytes.data(), bytes.size());
    return taken;
  }

  ::onnx::ModelProto model_;
  std::set<std::string> names_;
};

}  // namespace graft
