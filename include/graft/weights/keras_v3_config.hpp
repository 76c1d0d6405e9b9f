// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/model_data.hpp>

#include <string>
#include <utility>

/// A model in the words of Keras 3's config.json, made of those of Keras 2.
namespace graft::detail::keras_v3 {

/// A batch of samples of a shape: [null, 13, 15, 3].
template <class Json>
Json batch_shape(const Shape& sample) {
  Json shape = Json::array({nullptr});
  for (std::size_t i = 0; i < sample.rank; ++i) shape.push_back(sample[i]);
  return shape;
}

template <class Json>
Json tensor(const std::string& layer, const Shape& shape) {
  return {{"class_name", "__keras_tensor__"},
          {"config",
           {{"shape", batch_shape<Json>(shape)}, {"dtype", "float32"}, {"keras_history", {layer, 0, 0}}}}};
}

/// What a layer is called with: layers that merge take one list.
template <class Json>
Json nodes(const Json& inbound_nodes, const std::map<std::string, Shape>& shapes) {
  if (inbound_nodes.empty()) return Json::array();
  Json tensors = Json::array();
  for (const Json& source : inbound_nodes[0]) {
    const std::string name = source[0];
    tensors.push_back(tensor<Json>(name, shapes.at(name)));
  }
  Json arguments = tensors.size() == 1 ? std::move(tensors) : Json::array({std::move(tensors)});
  return Json::array({{{"args", std::move(arguments)}, {"kwargs", Json::object()}}});
}

template <class Json>
Json layer(Json old, const std::map<std::string, Shape>& shapes) {
  Json config = Json::object();
  for (auto& [key, value] : old["config"].items()) {
    if (key == "batch_input_shape") {
      config["batch_shape"] = std::move(value);
    } else if (key == "axis" && value.is_array()) {
      config["axis"] = value[0];
    } else {
      config[key] = std::move(value);
      if (config[key].is_object() && config[key].contains("class_name")) {  // an initializer
        config[key]["module"] = "keras.initializers";
        config[key]["registered_name"] = nullptr;
      }
    }
  }
  return {{"module", "keras.layers"},    {"class_name", old["class_name"]},
          {"config", std::move(config)}, {"registered_name", nullptr},
          {"name", old["name"]},         {"inbound_nodes", nodes(old["inbound_nodes"], shapes)}};
}

/// config.json of a model from one input to one output.
template <class Json>
std::string model_config(const ModelData<Json>& model) {
  Json layers = Json::array();
  for (const Json& old : model.layers) layers.push_back(layer(old, model.shapes));
  const Json config = {{"module", "keras.src.models.functional"},
                       {"class_name", "Functional"},
                       {"config",
                        {{"name", "model"},
                         {"trainable", true},
                         {"layers", std::move(layers)},
                         {"input_layers", {model.input, 0, 0}},
                         {"output_layers", {model.output, 0, 0}}}},
                       {"registered_name", "Functional"}};
  return config.dump();
}

}  // namespace graft::detail::keras_v3
