// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/atomic_file.hpp>
#include <graft/weights/hdf5.hpp>
#include <graft/weights/hdf5_writer.hpp>
#include <graft/weights/layer_data.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace graft {

namespace detail::keras_v3 {

/// Builds the HDF5 file of Keras 3's layout in memory: a group for each layer, numbered among those of its
/// class, with its name and its arrays, numbered too. Source: Keras' saving_lib.py. Throws OutputError.
inline hdf5::Writer build(const std::string& file, std::span<const LayerData> layers) {
  hdf5::Writer writer{file, about_bytes(layers)};
  std::map<std::string, std::size_t> numbers;
  for (const LayerData& layer : layers) {
    const std::size_t number = numbers[layer.keras_class]++;
    const std::string group =
        "layers/" + layer.keras_class + (number == 0 ? "" : "_" + std::to_string(number)) + "/vars";
    const hdf5::Handle vars = writer.group(writer.file(), group);
    writer.text(vars.get(), "name", layer.name, H5T_CSET_UTF8);
    for (std::size_t i = 0; i < layer.weights.size(); ++i)
      writer.dataset(vars.get(), std::to_string(i), layer.weights[i].shape, layer.weights[i].values);
  }
  return writer;
}

}  // namespace detail::keras_v3

/// Writes a weights-only .weights.h5, which Keras 3's load_weights reads. The file appears complete or not at
/// all. Throws OutputError; an old file is then untouched.
inline void write_keras_weights(const std::filesystem::path& path, std::span<const LayerData> layers) {
  const detail::hdf5::Session session;
  write_file(path, detail::keras_v3::build(path.string(), layers).image());
}

}  // namespace graft
