// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/depthwise_conv2d.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/layers/normalization.hpp>
#include <graft/layers/pooling2d.hpp>
#include <graft/layers/rescaling.hpp>
#include <graft/layers/reshape.hpp>
#include <graft/layers/separable_conv2d.hpp>
#include <graft/layers/zero_padding2d.hpp>
#include <graft/onnx/onnx_activations.hpp>

#include <algorithm>
#include <cmath>

namespace graft::detail {

// One overload of `append_onnx` for each layer: the nodes that do what it does at prediction, and the value
// they make. A user's layer has its own beside it, in its namespace. One with a kernel adds what stands
// behind it if `is_bias` says so, whether the layer has a bias or not: a batch normalisation may have become
// one.

template <std::size_t Filters, class Size, class... Options>
std::string append_onnx(Conv2D<Filters, Size, Options...> layer, const OnnxLayer& at) {
  const std::string y =
      at.convolution(at.input(), layer.window(at.input_shape()), at.input_shape(), at.output_shape(), 0);
  return append_activation(typename decltype(layer)::activation{}, at, y);
}

template <class Size, class... Options>
std::string append_onnx(DepthwiseConv2D<Size, Options...> layer, const OnnxLayer& at) {
  const std::string y = at.depthwise_convolution(at.input(), layer.window(at.input_shape()), at.input_shape(),
                                                 at.output_shape(), 0);
  return append_activation(typename decltype(layer)::activation{}, at, y);
}

template <std::size_t Filters, class Size, class... Options>
std::string append_onnx(SeparableConv2D<Filters, Size, Options...> layer, const OnnxLayer& at) {
  const Shape inner = layer.inner_shape(at.input_shape());
  const std::string z =
      at.depthwise_convolution(at.input(), layer.window(at.input_shape()), at.input_shape(), inner, 0);
  const std::string y = at.convolution(z, Window{}, inner, at.output_shape(), 1);
  return append_activation(typename decltype(layer)::activation{}, at, y);
}

template <std::size_t Units, class... Options>
std::string append_onnx(Dense<Units, Options...>, const OnnxLayer& at) {
  std::vector inputs{at.input(), at.parameter(0)};
  if (at.is_bias(1)) inputs.push_back(at.parameter(1));
  return append_activation(typename Dense<Units, Options...>::activation{}, at, at.node("Gemm", inputs));
}

// ONNX has no normalisation without scale or center.
template <class... Options>
std::string append_onnx(BatchNormalization<Options...> layer, const OnnxLayer& at) {
  const std::size_t channels = at.input_shape().channels();
  const auto missing = [&](std::string_view name, float value) {
    return at.constant(name, std::vector<float>(channels, value));
  };
  const std::string gamma = layer.scale ? at.parameter(0) : missing("gamma", 1.0f);
  const std::string beta = layer.center ? at.parameter(layer.beta_index) : missing("beta", 0.0f);
  const std::string mean = at.parameter(layer.mean_index), variance = at.parameter(layer.variance_index);
  return at.node("BatchNormalization", {at.input(), gamma, beta, mean, variance},
                 {{"epsilon", layer.epsilon}});
}

// ONNX's normalisation would add to the variance what Keras keeps its root from falling below.
inline std::string append_onnx(Normalization, const OnnxLayer& at) {
  const std::span<const float> mean = at.values(0), variance = at.values(1);
  std::vector<float> deviation(variance.size());
  std::transform(variance.begin(), variance.end(), deviation.begin(),
                 [](float v) { return std::max(std::sqrt(v), 1e-7f); });
  const std::string centred = at.node("Sub", {at.input(), at.per_channel("mean", mean)});
  return at.node("Div", {centred, at.per_channel("deviation", deviation)});
}

/// A number of Rescaling, for each channel.
template <class Number>
std::string append_number(std::string_view name, const OnnxLayer& at) {
  std::vector<float> numbers(at.input_shape().channels());
  for (std::size_t c = 0; c < numbers.size(); ++c) numbers[c] = number_of<Number>(c);
  return at.per_channel(name, numbers);
}
template <class Scale, class Offset>
std::string append_onnx(Rescaling<Scale, Offset>, const OnnxLayer& at) {
  const std::string scaled = at.node("Mul", {at.input(), append_number<Scale>("scale", at)});
  return at.node("Add", {scaled, append_number<Offset>("offset", at)});
}

template <class Function>
std::string append_onnx(Activation<Function>, const OnnxLayer& at) {
  return append_activation(Function{}, at, at.input());
}

inline std::string append_pooling(Max, const Window& w, const OnnxLayer& at) {
  return at.node("MaxPool", {at.input()},
                 {{"kernel_shape", {w.height, w.width}},
                  {"strides", {w.stride_y, w.stride_x}},
                  {"pads", OnnxLayer::pads(w, at.input_shape(), at.output_shape())}});
}
inline std::string append_pooling(Average, const Window& w, const OnnxLayer& at) {
  return at.node("AveragePool", {at.input()},
                 {{"kernel_shape", {w.height, w.width}},
                  {"strides", {w.stride_y, w.stride_x}},
                  {"pads", OnnxLayer::pads(w, at.input_shape(), at.output_shape())},
                  {"count_include_pad", 0}});
}
template <class Rule, class Size, class... Options>
std::string append_onnx(Pooling2D<Rule, Size, Options...> layer, const OnnxLayer& at) {
  return append_pooling(Rule{}, layer.window(at.input_shape()), at);
}

inline std::string append_onnx(GlobalAveragePooling2D, const OnnxLayer& at) {
  return at.node("Flatten", {at.node("GlobalAveragePool", {at.input()})}, {{"axis", 1}});
}

inline std::string append_onnx(GlobalAveragePooling2DKeepDims, const OnnxLayer& at) {
  return at.node("GlobalAveragePool", {at.input()});
}

inline std::string append_zero_padding(const Padding& p, const OnnxLayer& at) {
  const auto n = [](std::size_t zeros) { return static_cast<std::int64_t>(zeros); };
  const std::array<std::int64_t, 8> pads{0, 0, n(p.top), n(p.left), 0, 0, n(p.bottom), n(p.right)};
  return at.node("Pad", {at.input(), at.constant("pads", pads)});
}
template <class L>
requires std::is_base_of_v<PaddingLayer, L> std::string append_onnx(L layer, const OnnxLayer& at) {
  return append_zero_padding(layer.padding(at.input_shape()), at);
}

// Keras flattens and reshapes with the channels innermost.
inline std::string channels_last(const OnnxLayer& at) {
  return at.input_shape().rank == 3 ? at.node("Transpose", {at.input()}, {{"perm", {0, 2, 3, 1}}})
                                    : at.input();
}
inline std::string append_onnx(Flatten, const OnnxLayer& at) {
  return at.node("Flatten", {channels_last(at)}, {{"axis", 1}});
}
template <std::size_t... Extents>
std::string append_onnx(Reshape<Extents...>, const OnnxLayer& at) {
  const std::string x = channels_last(at);
  // An extent of 0 is that of the input: the batch.
  const std::string y =
      at.node("Reshape",
              {x, at.constant("shape", std::array{std::int64_t{0}, static_cast<std::int64_t>(Extents)...})});
  return sizeof...(Extents) == 3 ? at.node("Transpose", {y}, {{"perm", {0, 3, 1, 2}}}) : y;
}

// What does nothing at prediction has no node.
inline std::string append_onnx(InputLayer, const OnnxLayer& at) { return at.input(); }
template <std::size_t Rate, class... Options>
std::string append_onnx(Dropout<Rate, Options...>, const OnnxLayer& at) {
  return at.input();
}

template <class... Branches>
std::string append_onnx(Concatenate<Branches...>, const OnnxLayer& at) {
  return at.node("Concat", at.inputs(), {{"axis", OnnxLayer::channel_axis(at.output_shape())}});
}
template <class... Branches>
std::string append_onnx(Add<Branches...>, const OnnxLayer& at) {
  return at.node(sizeof...(Branches) == 2 ? "Add" : "Sum", at.inputs());
}
template <class... Branches>
std::string append_onnx(Multiply<Branches...>, const OnnxLayer& at) {
  return at.node("Mul", at.inputs());
}

}  // namespace graft::detail
