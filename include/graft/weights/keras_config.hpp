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
#include <graft/model/keras_order.hpp>
#include <graft/weights/json_text.hpp>
#include <graft/weights/portable_name.hpp>

#include <string>

namespace graft::detail {

/// Layers in the words of Keras 2's model_config; Keras 3 reads them too. The overloads of `describe` only
/// take the constants out of the layer types: the JSON is built by functions that know no layer, compiled
/// once.
template <class Json>
Json initializer_config(std::string_view class_name) {
  if (class_name == "GlorotUniform") return {{"class_name", class_name}, {"config", {{"seed", nullptr}}}};
  return {{"class_name", class_name}, {"config", Json::object()}};
}

template <class Json>
void set_null(Json& config, std::initializer_list<const char*> keys) {
  for (const char* key : keys) config[key] = nullptr;
}

template <class Json>
void set_pair(Json& config, const char* key, std::size_t first, std::size_t second) {
  config[key] = {first, second};
}

template <class Json>
void set_text(Json& config, const char* key, std::string_view text) {
  config[key] = text;
}

template <class Json>
void describe_weights(Json& config, const char* size_key, std::size_t size, std::string_view activation,
                      bool use_bias) {
  config[size_key] = size;
  config["activation"] = activation;
  config["use_bias"] = use_bias;
  config["kernel_initializer"] = initializer_config<Json>("GlorotUniform");
  config["bias_initializer"] = initializer_config<Json>("Zeros");
  set_null(config, {"kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint",
                    "bias_constraint"});
}

template <class Json>
void describe_depthwise(Json& config, std::size_t multiplier, std::string_view activation, bool use_bias) {
  config["depth_multiplier"] = multiplier;
  config["activation"] = activation;
  config["use_bias"] = use_bias;
  config["depthwise_initializer"] = initializer_config<Json>("GlorotUniform");
  config["bias_initializer"] = initializer_config<Json>("Zeros");
  set_null(config, {"depthwise_regularizer", "bias_regularizer", "activity_regularizer",
                    "depthwise_constraint", "bias_constraint"});
}

template <class Json>
void describe_separable(Json& config, std::size_t filters) {
  config["filters"] = filters;
  config["pointwise_initializer"] = initializer_config<Json>("GlorotUniform");
  set_null(config, {"pointwise_regularizer", "pointwise_constraint"});
}

template <class Json>
void describe_window(Json& config, const char* size_key, Window window, bool same) {
  set_pair(config, size_key, window.height, window.width);
  set_pair(config, "strides", window.stride_y, window.stride_x);
  config["padding"] = same ? "same" : "valid";
  config["data_format"] = "channels_last";
}

template <class Json>
void describe_batch_normalization(Json& config, std::size_t axis, double momentum, double epsilon,
                                  bool center, bool scale) {
  config["axis"] = Json::array({axis});
  config["momentum"] = momentum;
  config["epsilon"] = epsilon;
  config["center"] = center;
  config["scale"] = scale;
  config["beta_initializer"] = initializer_config<Json>("Zeros");
  config["gamma_initializer"] = initializer_config<Json>("Ones");
  config["moving_mean_initializer"] = initializer_config<Json>("Zeros");
  config["moving_variance_initializer"] = initializer_config<Json>("Ones");
  set_null(config, {"beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"});
}

template <class Json>
void describe_padding(Json& config, Padding p) {
  config["padding"] = Json::array({{p.top, p.bottom}, {p.left, p.right}});
  config["data_format"] = "channels_last";
}

template <class Json>
void describe_dropout(Json& config, DropoutRule rule, std::size_t axes) {
  config["rate"] = rule.rate();
  set_null(config, {"noise_shape", "seed"});
  if (!rule.whole_samples) return;
  config["noise_shape"] = Json::array({nullptr});
  for (std::size_t i = 0; i < axes; ++i) config["noise_shape"].push_back(1);
}

template <class Json>
void set_shape(Json& config, const char* key, const Shape& shape) {
  config[key] = Json::array();
  for (std::size_t i = 0; i < shape.rank; ++i) config[key].push_back(shape[i]);
}

/// A number of Rescaling: one for all channels, or a list.
template <class Json, class Number>
Json number_config() {
  if constexpr (std::is_base_of_v<PerChannel, Number>)
    return Json(Number::values);
  else
    return static_cast<double>(Number::num) / static_cast<double>(Number::den);
}

template <class Json>
void describe_input(Json& config, const Shape& sample) {
  config.erase("trainable");
  Json shape = Json::array({nullptr});
  for (std::size_t i = 0; i < sample.rank; ++i) shape.push_back(sample[i]);
  config["batch_input_shape"] = std::move(shape);
  config["sparse"] = false;
  config["ragged"] = false;
}

/// A layer that joins branches: their types do not matter for its configuration, and are long.
template <Role R>
struct Merge {};
template <class L>
using Described =
    std::conditional_t<L::role == Role::concatenate || L::role == Role::add || L::role == Role::multiply,
                       Merge<L::role>, L>;

// One overload of `describe` for each layer.
template <class Json, std::size_t Filters, class Size, class... Options>
void describe(Conv2D<Filters, Size, Options...> layer, const Node& node, Json& config) {
  describe_window(config, "kernel_size", layer.window(node.input), decltype(layer)::sliding::same);
  set_pair(config, "dilation_rate", 1, 1);
  config["groups"] = 1;
  describe_weights(config, "filters", Filters, decltype(layer)::activation::keras_name, layer.use_bias);
}
template <class Json, class Size, class... Options>
void describe(DepthwiseConv2D<Size, Options...> layer, const Node& node, Json& config) {
  describe_window(config, "kernel_size", layer.window(node.input), decltype(layer)::sliding::same);
  set_pair(config, "dilation_rate", 1, 1);
  describe_depthwise(config, layer.multiplier, decltype(layer)::activation::keras_name, layer.use_bias);
}
template <class Json, std::size_t Filters, class Size, class... Options>
void describe(SeparableConv2D<Filters, Size, Options...> layer, const Node& node, Json& config) {
  describe_window(config, "kernel_size", layer.window(node.input), decltype(layer)::sliding::same);
  set_pair(config, "dilation_rate", 1, 1);
  describe_depthwise(config, layer.multiplier, decltype(layer)::activation::keras_name, layer.use_bias);
  describe_separable(config, Filters);
}
template <class Json, std::size_t Units, class... Options>
void describe(Dense<Units, Options...> layer, const Node&, Json& config) {
  describe_weights(config, "units", Units, decltype(layer)::activation::keras_name, layer.use_bias);
}
template <class Json, class... Options>
void describe(BatchNormalization<Options...> layer, const Node& node, Json& config) {
  describe_batch_normalization(config, node.output.rank, layer.momentum, layer.epsilon, layer.center,
                               layer.scale);
}
template <class Json, class Rule, class Size, class... Options>
void describe(Pooling2D<Rule, Size, Options...> layer, const Node& node, Json& config) {
  describe_window(config, "pool_size", layer.window(node.input), decltype(layer)::sliding::same);
}
template <class Json, class L>
requires std::is_base_of_v<PaddingLayer, L>
void describe(L layer, const Node& node, Json& config) {
  describe_padding(config, layer.padding(node.input));
}
template <class Json>
void describe(Activation<Relu6>, const Node&, Json& config) {
  config["max_value"] = 6.0;
  config["negative_slope"] = 0.0;
  config["threshold"] = 0.0;
}
template <class Json, class Function>
void describe(Activation<Function>, const Node&, Json& config) {
  set_text(config, "activation", Function::keras_name);
}
template <class Json, std::size_t Rate, class... Options>
void describe(Dropout<Rate, Options...> layer, const Node& node, Json& config) {
  describe_dropout(config, layer.rule, node.output.rank);
}
template <class Json, class Scale, class Offset>
void describe(Rescaling<Scale, Offset>, const Node&, Json& config) {
  config["scale"] = number_config<Json, Scale>();
  config["offset"] = number_config<Json, Offset>();
}
template <class Json>
void describe(Normalization, const Node&, Json& config) {
  config["axis"] = Json::array({-1});
  set_null(config, {"mean", "variance"});
  config["invert"] = false;
}
template <class Json, std::size_t... Extents>
void describe(Reshape<Extents...> layer, const Node&, Json& config) {
  set_shape(config, "target_shape", layer.target);
}
template <class Json>
void describe(Flatten, const Node&, Json& config) {
  set_text(config, "data_format", "channels_last");
}
template <class Json>
void describe(GlobalAveragePooling2D, const Node& node, Json& config) {
  set_text(config, "data_format", "channels_last");
  config["keepdims"] = node.output.rank == 3;
}
template <class Json, Role R>
void describe(Merge<R>, const Node&, Json& config) {
  if constexpr (R == Role::concatenate) config["axis"] = -1;
}
template <class Json>
void describe(InputLayer, const Node& node, Json& config) {
  describe_input(config, node.output);
}

using Describe = void (*)(const Node&, OrderedJson&);

template <class L>
void describe_as(const Node& node, OrderedJson& config) {
  describe(L{}, node, config);
}

/// For each node, how its layer is described.
template <LayeredNetwork Net>
std::span<const Describe> describers() {
  static constexpr auto table = []<class... L>(TypeList<L...>) {
    return std::array<Describe, sizeof...(L)>{&describe_as<Described<L>>...};
  }(node_types<Net>{});
  return table;
}

/// Appends layers in an order. `source` feeds the network; empty: its own InputLayer does.
template <class Json>
void append_layers(Json& layers, std::span<const Node> nodes, std::span<const Describe> describers,
                   std::span<const std::size_t> order, const std::string& source, bool trainable) {
  for (const std::size_t n : order) {
    if (n == 0 && !source.empty()) continue;
    const Node& node = nodes[n];
    const std::string name = portable_name(node.name());
    Json config = {{"name", name}, {"trainable", trainable}, {"dtype", "float32"}};
    describers[n](node, config);
    Json inbound = Json::array();
    for (std::size_t i = 0; i < node.input_count; ++i) {
      const std::size_t from = node.inputs[i];
      inbound.push_back(Json::array(
          {from == 0 && !source.empty() ? source : portable_name(nodes[from].name()), 0, 0, Json::object()}));
    }
    layers.push_back(
        {{"class_name", node.keras_class},
         {"config", std::move(config)},
         {"name", name},
         {"inbound_nodes", inbound.empty() ? Json::array() : Json::array({std::move(inbound)})}});
  }
}

/// The model_config of a model from one input to one output.
template <class Json>
std::string model_config(Json layers, const std::string& input, const std::string& output) {
  const auto end = [](const std::string& name) { return Json::array({Json::array({name, 0, 0})}); };
  const Json config = {{"class_name", "Functional"},
                       {"config",
                        {{"name", "model"},
                         {"trainable", true},
                         {"layers", std::move(layers)},
                         {"input_layers", end(input)},
                         {"output_layers", end(output)}}}};
  return config.dump();
}

}  // namespace graft::detail
