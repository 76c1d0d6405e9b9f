// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/archive_content.hpp>
#include <graft/weights/hdf5_dataset.hpp>
#include <graft/weights/hdf5_source.hpp>
#include <graft/weights/hdf5_strings.hpp>
#include <graft/weights/nested_models.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace graft::detail::keras_h5 {

using hdf5::Handle, hdf5::Place;

inline ArchiveLayer read_layer(const Handle& container, const Place& place, const std::string& name,
                               std::size_t& tensors) {
  const Handle group = hdf5::open_group(container.get(), name, place);
  const auto names = hdf5::read_names(group.get(), "weight_names", place);
  if (!names) place.refuse("the attribute weight_names", "none");
  if ((tensors += names->size()) > max_names)
    place.refuse("at most " + std::to_string(max_names) + " arrays", "more");
  ArchiveLayer layer{name, {}, ""};
  for (const auto& weight : *names) {
    const Place where = place.at(place.object + "/" + weight);
    const auto data = hdf5::open_dataset(group.get(), weight, where);
    layer.tensors.push_back({weight, where.object, data.shape, data.type});
  }
  return layer;
}

/// Whether a file has this layout.
inline bool has_layout(const hdf5::Source& source) {
  const Handle root = source.root();
  return H5Aexists(root.get(), "layer_names") > 0 || H5Aexists(root.get(), "layer_names0") > 0 ||
         H5Lexists(root.get(), "model_weights", H5P_DEFAULT) > 0;
}

/// What a file without layer_names seems to be instead.
inline std::string_view other_layout(const Handle& root) {
  return H5Aexists(root.get(), "nb_layers") > 0 ? "the layout of Keras before 1.0" : "neither";
}

/// The manifest of a file in the layout of Keras 1 and 2, weights only or whole model: an attribute
/// layer_names, a group for each layer, in it an attribute weight_names and the arrays. Source: Keras' legacy
/// hdf5_format.py. Throws ArchiveError.
inline Manifest read_manifest(const hdf5::Source& source) {
  const Place& place = source.place();
  const Handle root = source.root();
  // Keras' own rule: without layer_names the weights are one group further down.
  auto names = hdf5::read_names(root.get(), "layer_names", place.at("/"));
  Handle nested;
  std::string container = "/";
  if (!names && H5Lexists(root.get(), "model_weights", H5P_DEFAULT) > 0) {
    container = "/model_weights/";
    nested = hdf5::open_group(root.get(), "model_weights", place.at("/model_weights"));
    names = hdf5::read_names(nested.get(), "layer_names", place.at("/model_weights"));
  }
  if (!names)
    place.refuse("Keras' HDF5 layout with layer_names on / or /model_weights, or with a group /layers",
                 other_layout(root));
  const Handle& group = nested.valid() ? nested : root;
  Manifest manifest{ArchiveFormat::keras_h5, LayerOrder::of_model, {}};
  manifest.model_config = hdf5::read_text(root.get(), "model_config", place.at("/"));
  manifest.keras_version = hdf5::read_text(group.get(), "keras_version", place.at(container));
  if (manifest.keras_version.empty())
    manifest.keras_version = hdf5::read_text(root.get(), "keras_version", place.at("/"));

  std::set<std::string_view> seen;
  std::size_t tensors = 0;
  for (const auto& name : *names) {
    if (!seen.insert(name).second) place.refuse("layers of different names", "'" + name + "' twice");
    manifest.layers.push_back(read_layer(group, place.at(container + name), name, tensors));
  }
  manifest.layers = without_nesting(std::move(manifest.layers));
  return manifest;
}

}  // namespace graft::detail::keras_h5
