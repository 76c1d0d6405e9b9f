// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/activations.hpp>
#include <graft/onnx/onnx_layer.hpp>

namespace graft::detail {

// One overload of `append_activation` for each activation: the nodes that apply it to x within a layer, and
// the value they make. A user's activation has its own beside it, in its namespace.
inline std::string append_activation(Linear, const OnnxLayer&, const std::string& x) { return x; }
inline std::string append_activation(Relu, const OnnxLayer& layer, const std::string& x) {
  return layer.node("Relu", {x});
}
inline std::string append_activation(Relu6, const OnnxLayer& layer, const std::string& x) {
  const std::string least = layer.constant("min", 0.0f), most = layer.constant("max", 6.0f);
  return layer.node("Clip", {x, least, most});
}
inline std::string append_activation(Sigmoid, const OnnxLayer& layer, const std::string& x) {
  return layer.node("Sigmoid", {x});
}
inline std::string append_activation(Swish, const OnnxLayer& layer, const std::string& x) {
  const std::string gate = layer.node("Sigmoid", {x});
  return layer.node("Mul", {x, gate});
}
inline std::string append_activation(Tanh, const OnnxLayer& layer, const std::string& x) {
  return layer.node("Tanh", {x});
}
inline std::string append_activation(Softmax, const OnnxLayer& layer, const std::string& x) {
  return layer.node("Softmax", {x}, {{"axis", OnnxLayer::channel_axis(layer.output_shape())}});
}

}  // namespace graft::detail
