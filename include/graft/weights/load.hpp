// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/extractor.hpp>
#include <graft/model/keras_order.hpp>
#include <graft/model/model.hpp>
#include <graft/model/with_top.hpp>
#include <graft/weights/archive.hpp>
#include <graft/weights/check_config.hpp>
#include <graft/weights/keras_class_name.hpp>
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

/// Appends the layers of a network that have parameters. order: of the nodes, Keras'. base: floats before the
/// network's own in the buffer.
inline void append_places(ParameterPlaces& places, std::span<const Node> nodes,
                          std::span<const std::size_t> order, const std::vector<ParameterEntry>& table,
                          std::size_t base) {
  for (const std::size_t node : order) {
    if (nodes[node].parameters == 0) continue;
    ExpectedLayer layer{nodes[node].name(), {}, snake_case(nodes[node].keras_class)};
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

template <LayeredNetwork Net>
void append_places(ParameterPlaces& places, std::size_t base) {
  append_places(places, graph_of<Net>.nodes, keras_order(graph_of<Net>), parameter_table<Net>(), base);
}

/// Whether a file's model_config is in words that ours can be compared with: Keras 1 had others.
inline bool is_comparable(const Archive& archive) {
  const std::string& version = archive.keras_version();
  return !archive.model_config().empty() &&
         (archive.format() == ArchiveFormat::keras_zip || (!version.empty() && !version.starts_with("1.")));
}

/// Reads all expected parameters of a file into one buffer of `size` floats, or throws: also if the file
/// describes a model that computes something else than these networks, one behind the other. An offset of
/// `unread` leaves a parameter out.
inline constexpr std::size_t unread = static_cast<std::size_t>(-1);

template <class Json = OrderedJson>
std::vector<float> read_parameters(const Archive& archive, const ParameterPlaces& places,
                                   std::span<const NetworkLayers> networks, std::size_t size) {
  const std::vector<Match> matches =
      match_layers(archive.file(), archive.layers(), archive.order(), places.layers);
  if (is_comparable(archive)) check_config<Json>(archive.file(), archive.model_config(), networks, matches);
  std::vector<float> parameters(size);
  for (const Match& match : matches) {
    const auto& offsets = places.offsets[static_cast<std::size_t>(match.expected - places.layers.data())];
    for (std::size_t i = 0; i < offsets.size(); ++i)
      if (offsets[i] != unread)
        archive.read(match.found->tensors[i],
                     std::span{parameters}.subspan(offsets[i], match.expected->parameters[i].shape.size()));
  }
  return parameters;
}

/// Whether a file has all of these layers.
inline bool archive_has(const Archive& archive, const std::vector<ExpectedLayer>& layers) {
  try {
    match_layers(archive.file(), archive.layers(), archive.order(), layers);
    return true;
  } catch (const ArchiveError&) {
    return false;
  }
}

/// The places of a network for reading from a file of the whole architecture. A cut behind a block has the
/// first layers of Keras' order. One inside a branch has not: then all layers are expected, so that the order
/// of the file can be understood, and those that the network lacks are not read.
template <LayeredNetwork Net>
ParameterPlaces places_in_whole(const ParameterPlaces& own) {
  using Whole = Network<typename Net::input, typename Net::architecture, typename Net::preprocessing>;
  ParameterPlaces whole;
  append_places<Whole>(whole, 0);
  const auto same_name = [](const ExpectedLayer& a, const ExpectedLayer& b) { return a.name == b.name; };
  if (std::equal(own.layers.begin(), own.layers.end(), whole.layers.begin(), same_name)) return own;
  for (std::size_t i = 0; i < whole.layers.size(); ++i) {
    const auto mine = std::find_if(own.layers.begin(), own.layers.end(),
                                   [&](const ExpectedLayer& l) { return same_name(l, whole.layers[i]); });
    if (mine == own.layers.end())
      std::fill(whole.offsets[i].begin(), whole.offsets[i].end(), unread);
    else
      whole.offsets[i] = own.offsets[static_cast<std::size_t>(mine - own.layers.begin())];
  }
  return whole;
}

/// Whether a layer of a file is one of a top: by its name, or by that which the weights of MobileNet V2 have.
inline bool is_top_layer(const ArchiveLayer& found, const ExpectedLayer& top) {
  return found.name == top.name || found.name == "Logits";
}

/// Refuses a file of the same architecture with its top, as Keras does: for a network without, cut or not.
template <LayeredNetwork Net>
void refuse_top(const Archive& archive) {
  using Whole = Network<typename Net::input, typename Net::architecture, typename Net::preprocessing>;
  using Top = Bound<Whole::output_shape, typename Net::architecture::template top<1000>>;
  ParameterPlaces backbone, top;
  append_places<Whole>(backbone, 0);
  append_places<Top>(top, 0);
  const auto stored = weighted<ArchiveLayer>(archive.layers());
  if (stored.size() != backbone.layers.size() + top.layers.size()) return;
  const auto first = stored.begin() + static_cast<std::ptrdiff_t>(backbone.layers.size());
  const auto same = [](const ArchiveLayer* found, const ExpectedLayer& expected) {
    return is_top_layer(*found, expected);
  };
  if (!std::equal(first, stored.end(), top.layers.begin(), same)) return;
  throw WeightMismatch(archive.file(), stored[backbone.layers.size()]->name,
                       "the weights of a network without its top; WithTop<Network> has one",
                       describe(*stored[backbone.layers.size()]));
}

}  // namespace detail

template <LayeredNetwork Net, Backend B>
void Extractor<Net, B>::load(const std::filesystem::path& file) {
  const Archive archive = Archive::open(file);
  detail::ParameterPlaces places;
  detail::append_places<Net>(places, 0);
  if constexpr (requires { requires detail::HasTop<typename Net::architecture>; })
    detail::refuse_top<Net>(archive);
  if constexpr (requires { typename Net::architecture; }) {
    // Files of other than the whole architecture, such as one that was saved from this very cut, go by their
    // names.
    const auto whole = detail::places_in_whole<Net>(places);
    if (detail::archive_has(archive, whole.layers)) places = whole;
  }
  const auto layers = detail::network_layers<Net>();
  assign(detail::read_parameters(archive, places, {&layers, 1}, graph_of<Net>.parameter_count));
}

template <class Base, class Head, Backend B>
Model<Base, Head, B> Model<Base, Head, B>::load(const std::filesystem::path& file, Seed seed,
                                                Threads threads) {
  constexpr std::size_t base_count = Traits::parameter_count;
  detail::ParameterPlaces places;
  std::vector<detail::NetworkLayers> networks;
  if constexpr (has_backbone) {
    detail::append_places<typename extractor_type::network>(places, 0);
    networks.push_back(detail::network_layers<typename extractor_type::network>());
  }
  detail::append_places<head_network>(places, base_count);
  networks.push_back(detail::network_layers<head_network>());
  std::vector<float> parameters =
      detail::read_parameters(Archive::open(file), places, networks, parameter_count);
  Model model{seed, threads};
  model.head_.assign(std::span{parameters}.subspan(base_count));
  parameters.resize(base_count);
  if constexpr (has_backbone) model.base_.assign(std::move(parameters));
  return model;
}

}  // namespace graft
