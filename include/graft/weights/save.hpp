// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/model.hpp>
#include <graft/weights/keras_config.hpp>
#include <graft/weights/keras_h5_writer.hpp>
#include <graft/weights/portable_name.hpp>

namespace graft {

namespace detail {

/// Appends what is to be written of a network's layers, in Keras' order. parameters: as
/// parameter_table<Net>().
template <LayeredNetwork Net>
void append_layer_data(std::vector<LayerData>& layers, std::span<const float> parameters, bool with_input) {
  for (const std::size_t n : keras_order(graph_of<Net>)) {
    if (n == 0 && !with_input) continue;
    LayerData layer{portable_name(graph_of<Net>.nodes[n].name()), {}};
    for (const ParameterEntry& entry : parameter_table<Net>())
      if (entry.node == n)
        layer.weights.push_back({layer.name + "/" + entry.name + ":0", entry.shape,
                                 parameters.subspan(entry.offset, entry.shape.size())});
    layers.push_back(std::move(layer));
  }
}

}  // namespace detail

template <class Base, class Head, Backend B>
void Model<Base, Head, B>::save(const std::filesystem::path& file) const {
  detail::Json layers = detail::Json::array();
  std::vector<LayerData> data;
  std::string source;
  if constexpr (has_backbone) {
    using Net = typename extractor_type::network;
    base_.require_weights();
    detail::append_layers<Net>(layers, "", false);
    detail::append_layer_data<Net>(data, base_.parameters(), true);
    source = detail::portable_name(graph_of<Net>.nodes[graph_of<Net>.output].name());
  }
  const std::vector<float> head = head_.parameters();
  detail::append_layers<head_network>(layers, source, true);
  detail::append_layer_data<head_network>(data, head, !has_backbone);
  const auto& output = graph_of<head_network>.nodes[graph_of<head_network>.output];
  write_keras_h5(file,
                 detail::model_config(std::move(layers), "input_1", detail::portable_name(output.name())), "",
                 data);
}

}  // namespace graft
