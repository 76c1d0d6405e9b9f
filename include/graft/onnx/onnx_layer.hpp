// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/parameters.hpp>
#include <graft/onnx/onnx_graph.hpp>

#include <array>

namespace graft {

/// One layer that is being written as ONNX nodes: its place in the network, its parameters, and the words in
/// which layers are written. Values are named by strings; a value of three extents is (batch, channels,
/// height, width).
class OnnxLayer {
 public:
  OnnxLayer(OnnxGraph& graph, std::string name, const Node& node, std::vector<std::string> inputs,
            std::span<const ParameterEntry> entries, std::span<const float> parameters)
      : graph_{graph},
        name_{std::move(name)},
        node_{node},
        inputs_{std::move(inputs)},
        entries_{entries},
        parameters_{parameters} {}

  const Shape& input_shape() const { return node_.input; }    ///< of a sample, as Keras has it
  const Shape& output_shape() const { return node_.output; }  ///< of a sample, as Keras has it
  std::span<const std::string> inputs() const { return inputs_; }
  const std::string& input() const { return inputs_.front(); }

  /// The axis of the channels or units in a value of such samples.
  static std::size_t channel_axis(const Shape& sample) { return sample.rank == 3 ? 1 : sample.rank; }

  /// Appends a node; returns its value. The last node of a layer gets the layer's name afterwards, the others
  /// are layer/Type.
  std::string node(std::string_view type, std::span<const std::string> inputs,
                   std::initializer_list<OnnxAttribute> attributes = {}) const {
    return graph_.node(type, name_ + "/" + std::string{type}, inputs, attributes);
  }
  std::string node(std::string_view type, std::initializer_list<std::string> inputs,
                   std::initializer_list<OnnxAttribute> attributes = {}) const {
    return node(type, std::span{inputs.begin(), inputs.size()}, attributes);
  }

  /// The numbers of a parameter, by its position in Keras' order. // (spec(i).shape...)
  std::span<const float> values(std::size_t i) const {
    return parameters_.subspan(entries_[i].offset, entries_[i].shape.size());
  }

  /// A parameter as it stands.
  std::string parameter(std::size_t i) const {
    const Shape& shape = entries_[i].shape;
    return graph_.constant(path(entries_[i].name), {shape.extents.data(), shape.rank}, values(i));
  }

  /// Whether parameter i is a bias: one of the layer's own, or one that a batch normalisation behind it has
  /// become.
  bool is_bias(std::size_t i) const { return i < entries_.size() && entries_[i].name == "bias"; }

  /// One number, or as many as there are extents for, that belong to the layer and are no parameter.
  std::string constant(std::string_view name, float value) const {
    return graph_.constant(path(name), {}, std::span<const float>{&value, 1});
  }
  std::string constant(std::string_view name, std::span<const float> values) const {
    const std::size_t extent = values.size();
    return graph_.constant(path(name), {&extent, 1}, values);
  }
  std::string constant(std::string_view name, std::span<const std::int64_t> values) const {
    const std::size_t extent = values.size();
    return graph_.constant(path(name), {&extent, 1}, values);
  }

  /// One number for each channel of the layer's input, such that it meets all its pixels.
  std::string per_channel(std::string_view name, std::span<const float> values) const {
    const std::array<std::size_t, 3> extents{values.size(), 1, 1};
    const std::size_t rank = node_.input.rank == 3 ? 3 : 1;
    return graph_.constant(path(name), std::span{extents}.first(rank), values);
  }

  /// A convolution of x, whose samples are `in`, to samples of shape `out`. Its kernel, parameter i, is
  /// (kh, kw, channels, filters) in Keras and (filters, channels, kh, kw) in ONNX; parameter i + 1 is added
  /// if it is a bias.
  std::string convolution(const std::string& x, const Window& window, const Shape& in, const Shape& out,
                          std::size_t kernel) const {
    return convolution(x, window, in, out, kernel, 1);
  }

  /// The same for each channel by itself: the kernel is (kh, kw, channels, multiplier) in Keras and
  /// (channels * multiplier, 1, kh, kw) in ONNX.
  std::string depthwise_convolution(const std::string& x, const Window& window, const Shape& in,
                                    const Shape& out, std::size_t kernel) const {
    return convolution(x, window, in, out, kernel, in.channels());
  }

  /// Zeros around an image that a window of ONNX needs: top, left, bottom, right. The last rows and columns
  /// that no whole window reaches stay out of it.
  static std::vector<std::size_t> pads(const Window& w, const Shape& in, const Shape& out) {
    const auto behind = [](std::size_t n, std::size_t count, std::size_t kernel, std::size_t stride,
                           std::size_t before) {
      const std::size_t covered = (count - 1) * stride + kernel, present = before + n;
      return covered > present ? covered - present : 0;
    };
    return {w.pad_top, w.pad_left, behind(in[0], out[0], w.height, w.stride_y, w.pad_top),
            behind(in[1], out[1], w.width, w.stride_x, w.pad_left)};
  }

 private:
  std::string path(std::string_view name) const { return name_ + "/" + std::string{name}; }

  std::string convolution(const std::string& x, const Window& w, const Shape& in, const Shape& out,
                          std::size_t kernel, std::size_t groups) const {
    const std::size_t taps = w.height * w.width, channels = in.channels() / groups, filters = out.channels();
    const std::span<const float> hwio = values(kernel);
    std::vector<float> oihw(hwio.size());
    for (std::size_t t = 0; t < taps; ++t)
      for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t f = 0; f < filters; ++f)
          oihw[(f * channels + c) * taps + t] = hwio[(t * channels + c) * filters + f];
    const std::array extents{filters, channels, w.height, w.width};
    std::vector inputs{x,
                       graph_.constant(path(entries_[kernel].name), extents, std::span<const float>{oihw})};
    if (is_bias(kernel + 1)) inputs.push_back(parameter(kernel + 1));
    return node("Conv", inputs,
                {{"kernel_shape", {w.height, w.width}},
                 {"strides", {w.stride_y, w.stride_x}},
                 {"pads", pads(w, in, out)},
                 {"dilations", {1, 1}},
                 {"group", groups}});
  }

  OnnxGraph& graph_;
  std::string name_;
  const Node& node_;
  std::vector<std::string> inputs_;
  std::span<const ParameterEntry> entries_;
  std::span<const float> parameters_;
};

}  // namespace graft
