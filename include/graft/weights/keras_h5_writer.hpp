// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/atomic_file.hpp>
#include <graft/weights/hdf5.hpp>
#include <graft/weights/hdf5_writer.hpp>
#include <graft/weights/layer_data.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// The version of Keras whose layout is written; loaders look at its first digit.
inline constexpr std::string_view keras_h5_version = "2.10.0";

/// Writes a full-model .h5 as Keras 2 does, which load_model and load_weights read. `training_config_json`
/// may be empty: the model is then saved uncompiled. The file appears complete or not at all. Layout:
/// Keras' legacy hdf5_format.py. Throws OutputError; an old file is then untouched.
inline void write_keras_h5(const std::filesystem::path& path, const std::string& model_config_json,
                           const std::string& training_config_json, std::span<const LayerData> layers) {
  using namespace detail::hdf5;
  const Session session;
  Writer writer{path.string(),
                detail::about_bytes(layers) + model_config_json.size() + training_config_json.size()};
  const std::string version{keras_h5_version}, backend = "tensorflow";
  writer.text(writer.file(), "keras_version", version, H5T_CSET_UTF8);
  writer.text(writer.file(), "backend", backend, H5T_CSET_UTF8);
  writer.text(writer.file(), "model_config", model_config_json, H5T_CSET_ASCII);
  if (!training_config_json.empty())
    writer.text(writer.file(), "training_config", training_config_json, H5T_CSET_ASCII);
  {
    const Handle container = writer.group(writer.file(), "model_weights");
    writer.text(container.get(), "backend", backend, H5T_CSET_ASCII);
    writer.text(container.get(), "keras_version", version, H5T_CSET_ASCII);
    std::vector<std::string> names;
    for (const auto& layer : layers) names.push_back(layer.name);
    writer.names(container.get(), "layer_names", names);
    for (const auto& layer : layers) {
      const Handle group = writer.group(container.get(), layer.name);
      names.clear();
      for (const auto& weight : layer.weights) names.push_back(weight.name);
      writer.names(group.get(), "weight_names", names);
      for (const auto& weight : layer.weights)
        writer.dataset(group.get(), weight.name, weight.shape, weight.values);
    }
    const Handle top = writer.group(container.get(), "top_level_model_weights");
    writer.names(top.get(), "weight_names", {});
  }
  write_file(path, writer.image());
}

}  // namespace graft
