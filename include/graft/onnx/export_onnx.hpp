// SPDX-License-Identifier: MIT
#pragma once

/// Models for other runtimes. Not a part of graft.hpp, because it needs the libraries onnx and protobuf:
/// CMake's target graft::onnx.

#include <graft/data/preprocessing.hpp>
#include <graft/model/model.hpp>
#include <graft/onnx/onnx_network.hpp>
#include <graft/onnx/write_onnx.hpp>

namespace graft {

/// What a .onnx file says of a model besides its layers.
struct OnnxOptions {
  /// One name for each unit of the last layer, or two for a last layer of one unit; none: not written.
  std::vector<std::string> class_names{};
};

namespace detail {

/// The parameters fit into a file, and the class names are as many as the classes.
template <std::size_t ParameterCount>
void check_onnx_size() {
  static_assert(
      ParameterCount <= max_onnx_bytes / sizeof(float),
      "graft: export_onnx: expected a model of at most 2 GB, which is all that a .onnx file can hold");
}

inline void append_class_names(OnnxGraph& graph, const std::vector<std::string>& names, const Shape& output) {
  const std::size_t classes = output.size() == 1 ? 2 : output.size();
  if (!names.empty() && names.size() != classes)
    throw ShapeError{"class_names", std::to_string(classes) + " names for an output of " + to_string(output),
                     std::to_string(names.size())};
  for (std::size_t i = 0; i < names.size(); ++i) graph.metadata("class_" + std::to_string(i), names[i]);
}

template <LayeredNetwork Net, Backend B>
std::string append_extractor(OnnxGraph& graph, const Extractor<Net, B>& extractor, const std::string& input) {
  extractor.require_weights();
  if constexpr (requires { typename Net::preprocessing; })
    graph.metadata("preprocessing", std::string{Net::preprocessing::name});
  return append_network<Net, frozen_mode>(graph, extractor.parameters(), input);
}

}  // namespace detail

/// A frozen network as an ONNX model: one input, "input_1", and one output with the name of the last layer,
/// both in Keras' layout and for any number of samples, "N". // (N, height, width, channels) -> (N, features)
/// Every other node has the name of a layer, or of a layer and what it does in it; Dropout is left out, and
/// batch normalisation is folded into the layer before it as `predict` does, with the same bits. The
/// preprocessing is not a part of the model: metadata_props holds its name ("preprocessing"), and the
/// classes' ("class_0", …). Throws Error without weights, ShapeError for another number of class names.
template <LayeredNetwork Net, Backend B>
::onnx::ModelProto to_onnx(const Extractor<Net, B>& extractor, const OnnxOptions& options = {}) {
  detail::check_onnx_size<graph_of<Net>.parameter_count>();
  OnnxGraph graph;
  const std::string input = graph.input("input_1", Net::input_shape);
  graph.output(detail::append_extractor(graph, extractor, input), graph_of<Net>.output_shape());
  detail::append_class_names(graph, options.class_names, graph_of<Net>.output_shape());
  return std::move(graph).take();
}

/// A whole model, backbone and head, as an ONNX model.
template <class Base, class Head, Backend B>
::onnx::ModelProto to_onnx(const Model<Base, Head, B>& model, const OnnxOptions& options = {}) {
  using M = Model<Base, Head, B>;
  detail::check_onnx_size<M::parameter_count>();
  OnnxGraph graph;
  std::string features = graph.input("input_1", M::input_shape);
  if constexpr (M::has_backbone) features = detail::append_extractor(graph, model.backbone(), features);
  graph.output(detail::append_network<typename M::head_network, inference_mode>(
                   graph, model.head().parameters(), features),
               M::output_shape);
  detail::append_class_names(graph, options.class_names, M::output_shape);
  return std::move(graph).take();
}

/// Writes a Model or an Extractor as a .onnx file (operator set 13) that computes what `predict` does, for
/// onnxruntime and others. Throws what to_onnx throws, and OutputError; an old file is then untouched.
template <class M>
void export_onnx(const M& model, const std::filesystem::path& file, const OnnxOptions& options = {}) {
  write_onnx(file, to_onnx(model, options));
}

}  // namespace graft
