// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/weights/json_text.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft::detail {

/// A layer of a model_config at its place.
template <class Json>
struct ConfigNode {
  std::string class_name, name;
  std::string models;  ///< names of the nested models it is in, each followed by a slash
  Json config = Json::object();
  std::vector<std::size_t> inputs;  ///< nodes whose results it reads, in call order
};

/// Class of a node that hands its input on: the place of a nested model, or the input of one.
inline constexpr std::string_view identity_class = "Identity";

/// The graph that a model_config describes, nested models taken apart; Keras 2 and 3, Sequential and
/// Functional. Throws ArchiveError, naming the file, for a configuration that is none.
template <class Json>
class ConfigGraph {
 public:
  using Node = ConfigNode<Json>;

  static ConfigGraph parse(std::string_view file, std::string_view text) {
    ConfigGraph graph{std::string{file} + ": model_config"};
    const Json model = parse_json<Json>(text, FilePlace{std::string{file}, "model_config", text.size()});
    graph.output_ = graph.add_model(model, "", {}, 0);
    return graph;
  }

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& operator[](std::size_t i) const { return nodes_[i]; }
  std::size_t output() const { return output_; }
  const std::string& subject() const { return subject_; }

  [[noreturn]] void refuse(std::string_view expected, std::string_view received) const {
    throw ArchiveError(subject_, expected, received);
  }

 private:
  static constexpr std::size_t max_nodes = 100'000, max_depth = 16;

  explicit ConfigGraph(std::string subject) : subject_{std::move(subject)} {}

  const Json& member(const Json& object, const char* key, const std::string& of) const {
    if (object.is_object())
      if (const auto found = object.find(key); found != object.end()) return *found;
    refuse("'" + std::string{key} + "' in " + of, "none");
  }
  std::string text(const Json& object, const char* key, const std::string& of) const {
    const Json& value = member(object, key, of);
    if (!value.is_string()) refuse("a text for '" + std::string{key} + "' of " + of, value.type_name());
    return value.template get<std::string>();
  }

  static bool is_model(const std::string& class_name) {
    return class_name == "Sequential" || class_name == "Functional" || class_name == "Model";
  }

  /// Appends the layers of a model and returns the node of its result. `inputs` feed it if it is nested.
  std::size_t add_model(const Json& model, const std::string& models, const std::vector<std::size_t>& inputs,
                        std::size_t depth) {
    if (depth > max_depth) refuse("at most 16 models inside each other", "more");
    const std::string class_name = text(model, "class_name", "the model");
    if (!is_model(class_name)) refuse("a Sequential or Functional model", "'" + class_name + "'");
    const Json& config = member(model, "config", class_name);
    // Keras before 2.2.3 gives a Sequential's layers without its name.
    const Json& layers = config.is_array() ? config : member(config, "layers", class_name);
    if (!layers.is_array() || layers.empty()) refuse("layers in " + class_name, layers.type_name());

    const std::size_t first = nodes_.size();
    std::map<std::string, std::size_t> places;
    for (const Json& layer : layers) {
      if (nodes_.size() == max_nodes) refuse("at most 100000 layers", "more");
      Node node;
      node.class_name = text(layer, "class_name", "a layer");
      const Json& details = member(layer, "config", node.class_name);
      node.name = details.is_object() && details.contains("name") ? text(details, "name", node.class_name)
                                                                  : node.class_name;
      node.models = models;
      if (!is_model(node.class_name)) node.config = details;
      if (!places.emplace(node.name, nodes_.size()).second)
        refuse("layers of different names", "'" + node.name + "' twice");
      nodes_.push_back(std::move(node));
    }
    if (class_name == "Sequential")
      connect_sequential(first, layers.size(), inputs);
    else
      connect_functional(layers, first, places, member(config, "input_layers", class_name), inputs);
    for (std::size_t i = 0; i < layers.size(); ++i) take_apart(first + i, layers[i], depth);
    return class_name == "Sequential" ? first + layers.size() - 1
                                      : place_of(member(config, "output_layers", class_name), places);
  }

  void connect_sequential(std::size_t first, std::size_t count, const std::vector<std::size_t>& inputs) {
    if (nodes_[first].class_name == "InputLayer")
      feed(nodes_[first], inputs, 0);
    else
      nodes_[first].inputs = inputs;
    for (std::size_t i = 1; i < count; ++i) nodes_[first + i].inputs = {first + i - 1};
  }

  void connect_functional(const Json& layers, std::size_t first,
                          const std::map<std::string, std::size_t>& places, const Json& input_layers,
                          const std::vector<std::size_t>& inputs) {
    for (std::size_t i = 0; i < layers.size(); ++i) {
      Node& node = nodes_[first + i];
      const auto inbound = layers[i].find("inbound_nodes");
      if (inbound == layers[i].end() || !inbound->is_array() || inbound->empty()) continue;
      if (inbound->size() > 1) refuse("layers that are applied once", "'" + node.name + "' applied twice");
      append_sources(inbound->front(), places, node.inputs);
      as_rescaling(node, inbound->front());
    }
    std::vector<std::size_t> entries;
    append_sources(input_layers, places, entries);
    for (std::size_t i = 0; i < entries.size(); ++i) feed(nodes_[entries[i]], inputs, i);
  }

  /// A product with constants, which is how tf.keras writes a Rescaling that it has no layer for.
  static void as_rescaling(Node& node, const Json& inbound) {
    if (node.class_name != "TFOpLambda" || node.config.value("function", "") != "math.multiply") return;
    if (!inbound.is_array() || inbound.size() < 4 || !inbound[3].is_object() || !inbound[3].contains("y"))
      return;
    node.class_name = "Rescaling";
    node.config = {{"scale", inbound[3]["y"]}, {"offset", 0.0}};
  }

  /// The place that a nested model's InputLayer stands for.
  static void feed(Node& input_layer, const std::vector<std::size_t>& inputs, std::size_t i) {
    if (i >= inputs.size()) return;
    input_layer.class_name = identity_class;
    input_layer.inputs = {inputs[i]};
  }

  /// References to layers, in order: ["name", 0, 0, {}] in Keras 2, {"keras_history": ["name", 0, 0]} in 3,
  /// inside any lists and objects.
  void append_sources(const Json& value, const std::map<std::string, std::size_t>& places,
                      std::vector<std::size_t>& sources, std::size_t depth = 0) const {
    if (depth > max_depth) refuse("references to layers", "lists inside lists");
    const bool reference = value.is_array() && value.size() >= 3 && value[0].is_string() &&
                           value[1].is_number_integer() && value[2].is_number_integer();
    if (reference) {
      const auto found = places.find(value[0].template get<std::string>());
      if (found == places.end()) refuse("a layer '" + value[0].template get<std::string>() + "'", "none");
      sources.push_back(found->second);
    } else if (value.is_array() || value.is_object()) {
      for (const Json& item : value) append_sources(item, places, sources, depth + 1);
    }
  }

  std::size_t place_of(const Json& output_layers, const std::map<std::string, std::size_t>& places) const {
    std::vector<std::size_t> outputs;
    append_sources(output_layers, places, outputs);
    if (outputs.size() != 1) refuse("one output", std::to_string(outputs.size()));
    return outputs.front();
  }

  void take_apart(std::size_t place, const Json& layer, std::size_t depth) {
    if (!is_model(nodes_[place].class_name)) return;
    const std::string models = nodes_[place].models + nodes_[place].name + '/';
    const std::vector<std::size_t> inputs = nodes_[place].inputs;  // nodes_ grows
    const std::size_t result = add_model(layer, models, inputs, depth + 1);
    nodes_[place].class_name = identity_class;
    nodes_[place].inputs = {result};
  }

  std::string subject_;
  std::vector<Node> nodes_;
  std::size_t output_ = 0;
};

}  // namespace graft::detail
