// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/layers/zero_padding2d.hpp>
#include <graft/model/keras_order.hpp>

#include <nlohmann/json.hpp>
#include <string>

namespace graft::detail {

/// Layers in the words of Keras 2's model_config; Keras 3 reads them too. One overload of `describe` for each
/// layer.
using Json = nlohmann::ordered_json;

inline Json initializer_config(std::string_view class_name) {
  if (class_name == "GlorotUniform") return {{"class_name", class_name}, {"config", {{"seed", nullptr}}}};
  return {{"class_name", class_name}, {"config", Json::object()}};
}

template <class L>
void describe_weights(Json& config) {
  config["activation"] = L::activation::keras_name;
  config["use_bias"] = L::use_bias;
  config["kernel_initializer"] = initializer_config("GlorotUniform");
  config["bias_initializer"] = initializer_config("Zeros");
  for (const char* key : {"kernel_regularizer", "bias_regularizer", "activity_regularizer",
                          "kernel_constraint", "bias_constraint"})
    config[key] = nullptr;
}

template <class L>
void describe_window(Json& config) {
  config["padding"] = L::sliding::same ? "same" : "valid";
  config["strides"] = {L::strides::vertical, L::strides::horizontal};
  config["data_format"] = "channels_last";
}

template <std::size_t Filters, class Size, class... Options>
void describe(Conv2D<Filters, Size, Options...> layer, const Node&, Json& config) {
  config["filters"] = Filters;
  config["kernel_size"] = {Size::height, Size::width};
  describe_window<decltype(layer)>(config);
  config["dilation_rate"] = {1, 1};
  config["groups"] = 1;
  describe_weights<decltype(layer)>(config);
}

template <std::size_t Units, class... Options>
void describe(Dense<Units, Options...> layer, const Node&, Json& config) {
  config["units"] = Units;
  describe_weights<decltype(layer)>(config);
}

template <class... Options>
void describe(BatchNormalization<Options...> layer, const Node& node, Json& config) {
  config["axis"] = {node.output.rank};
  config["momentum"] = layer.momentum;
  config["epsilon"] = layer.epsilon;
  config["center"] = layer.center;
  config["scale"] = layer.scale;
  config["beta_initializer"] = initializer_config("Zeros");
  config["gamma_initializer"] = initializer_config("Ones");
  config["moving_mean_initializer"] = initializer_config("Zeros");
  config["moving_variance_initializer"] = initializer_config("Ones");
  for (const char* key : {"beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"})
    config[key] = nullptr;
}

template <class Rule, class Size, class... Options>
void describe(Pooling2D<Rule, Size, Options...> layer, const Node&, Json& config) {
  config["pool_size"] = {Size::height, Size::width};
  describe_window<decltype(layer)>(config);
}

template <std::size_t Top, std::size_t Bottom, std::size_t Left, std::size_t Right>
void describe(ZeroPadding2D<Top, Bottom, Left, Right>, const Node&, Json& config) {
  config["padding"] = {{Top, Bottom}, {Left, Right}};
  config["data_format"] = "channels_last";
}

template <class Function>
void describe(Activation<Function>, const Node&, Json& config) {
  config["activation"] = Function::keras_name;
}

template <std::size_t Percent>
void describe(Dropout<Percent>, const Node&, Json& config) {
  config["rate"] = static_cast<double>(Percent) / 100.0;
  config["noise_shape"] = nullptr;
  config["seed"] = nullptr;
}

inline void describe(Flatten, const Node&, Json& config) { config["data_format"] = "channels_last"; }

inline void describe(GlobalAveragePooling2D, const Node&, Json& config) {
  config["data_format"] = "channels_last";
  config["keepdims"] = false;
}

template <class... Branches>
void describe(Concatenate<Branches...>, const Node&, Json& config) {
  config["axis"] = -1;
}

inline void describe(InputLayer, const Node& node, Json& config) {
  config.erase("trainable");
  Json shape = {nullptr};
  for (std::size_t i = 0; i < node.output.rank; ++i) shape.push_back(node.output[i]);
  config["batch_input_shape"] = std::move(shape);
  config["sparse"] = false;
  config["ragged"] = false;
}

/// Appends the layers of a network in Keras' order. `source` feeds the network; empty: its own InputLayer
/// does.
template <LayeredNetwork Net>
void append_layers(Json& layers, const std::string& source, bool trainable) {
  constexpr auto& graph = graph_of<Net>;
  std::vector<Json> by_node(graph.size);
  [&]<std::size_t... N>(std::index_sequence<N...>) {
    const auto add = [&]<std::size_t I>() {
      const Node& node = graph.nodes[I];
      Json config = {{"name", node.name()}, {"trainable", trainable}, {"dtype", "float32"}};
      describe(type_at<I, node_types<Net>>{}, node, config);
      Json inbound = Json::array();
      for (std::size_t i = 0; i < node.input_count; ++i) {
        const std::size_t from = node.inputs[i];
        inbound.push_back(
            Json::array({from == 0 && !source.empty() ? source : graph[from].name(), 0, 0, Json::object()}));
      }
      Json nodes = Json::array();
      if (!inbound.empty()) nodes.push_back(std::move(inbound));
      by_node[I] = {{"class_name", node.keras_class},
                    {"config", std::move(config)},
                    {"name", node.name()},
                    {"inbound_nodes", std::move(nodes)}};
    };
    (add.template operator()<N>(), ...);
  }
  (std::make_index_sequence<graph.size>{});
  for (const std::size_t n : keras_order(graph))
    if (n != 0 || source.empty()) layers.push_back(std::move(by_node[n]));
}

}  // namespace graft::detail
