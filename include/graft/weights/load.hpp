// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/extractor.hpp>
#include <graft/model/keras_order.hpp>
#include <graft/model/model.hpp>
#include <graft/weights/archive.hpp>
#include <graft/weights/name_mapping.hpp>

namespace graft {

namespace detail {

/// The layers of a network that have parameters, in Keras' order of model.layers, and where each parameter
/// goes.
struct ParameterPlaces {
  std::vector<ExpectedLayer> layers;
  std::vector<std::vector<std::size_t>>
      offsets;  // offsets[layer][parameter], floats into the network's buffer
};

template <LayeredNetwork Net>
void append_places(ParameterPlaces& places, std::size_t base) {
  const auto& table = parameter_table<Net>();
  for (const std::size_t node : keras_order(graph_of<Net>)) {
    if (graph_of<Net>.nodes[node].parameters == 0) continue;
    ExpectedLayer layer{graph_of<Net>.nodes[node].name(), {}};
    std::vector<std::size_t> offsets;
    for (const ParameterEntry& entry : table)
      if (entry.node == node) {
        layer.parameters.push_back({entry.name, entry.shape});
        offsets.push_back(base + entry.offset);
      }
    places.layers.push_back(std::move(layer));
    places.offsets.push_back(std::move(offsets));
  }
}

/// Reads all expected parameters of a file into one buffer of `size` floats, or throws.
inline std::vector<float> read_parameters(const std::filesystem::path& file, const ParameterPlaces& places,
                                          std::size_t size) {
  const Archive archive = Archive::open(file);
  const std::vector<Match> matches = match_layers(archive.file(), archive.layers(), places.layers);
  std::vector<float> parameters(size);
  for (const Match& match : matches) {
    const std::size_t layer = static_cast<std::size_t>(match.expected - places.layers.data());
    for (std::size_t i = 0; i < match.expected->parameters.size(); ++i)
      archive.read(match.found->tensors[i],
                   std::span{parameters}.subspan(places.offsets[layer][i],
                                                 match.expected->parameters[i].shape.size()));
  }
  return parameters;
}

}  // namespace detail

template <LayeredNetwork Net, Backend B>
void Extractor<Net, B>::load(const std::filesystem::path& file) {
  detail::ParameterPlaces places;
  detail::append_places<Net>(places, 0);
  assign(detail::read_parameters(file, places, graph_of<Net>.parameter_count));
}

template <class Base, class Head, Backend B>
Model<Base, Head, B> Model<Base, Head, B>::load(const std::filesystem::path& file, Seed seed,
                                                Threads threads) {
  constexpr std::size_t base_count = Traits::parameter_count;
  detail::ParameterPlaces places;
  if constexpr (has_backbone) detail::append_places<typename extractor_type::network>(places, 0);
  detail::append_places<head_network>(places, base_count);
  std::vector<float> parameters = detail::read_parameters(file, places, parameter_count);
  Model model{seed, threads};
  model.head_.assign(std::span{parameters}.subspan(base_count));
  parameters.resize(base_count);
  if constexpr (has_backbone) model.base_.assign(std::move(parameters));
  return model;
}

}  // namespace graft
