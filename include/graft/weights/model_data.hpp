// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/weights/keras_class_name.hpp>
#include <graft/weights/layer_data.hpp>
#include <graft/weights/network_layers.hpp>
#include <graft/weights/portable_name.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace graft::detail {

/// A model on its way into a file: one network after the other.
template <class Json>
struct ModelData {
  Json layers = Json::array();          ///< in the words of Keras 2
  std::vector<LayerData> data;          ///< in the same order
  std::map<std::string, Shape> shapes;  ///< of one sample behind each layer
  std::string input, output;

  /// Appends a network that reads the output of those before it. parameters: in the order of its table; they
  /// must outlive this. Throws Error for a layer of a name that is there: files tell layers apart by it.
  void append(const NetworkLayers& network, std::span<const float> parameters, bool trainable) {
    const std::string source = output;
    const std::vector<std::size_t> order = network.order();
    append_layers(layers, network.nodes, network.describers, order, source, trainable);
    for (const std::size_t n : order) {
      if (n == 0 && !source.empty()) continue;
      const Node& node = network.nodes[n];
      LayerData layer{portable_name(node.name()), {}, snake_case(node.keras_class)};
      for (const ParameterEntry& entry : *network.parameters)
        if (entry.node == n)
          layer.weights.push_back({layer.name + "/" + entry.name + ":0", entry.shape,
                                   parameters.subspan(entry.offset, entry.shape.size())});
      if (!shapes.emplace(layer.name, node.output).second)
        throw Error{expected_received("save",
                                      "layers of different names: Named<\"name\", Layer> gives another",
                                      "two of the name '" + layer.name + "'")};
      data.push_back(std::move(layer));
    }
    if (source.empty()) input = portable_name(network.nodes[0].name());
    output = portable_name(network.nodes[network.output].name());
  }
};

}  // namespace graft::detail
