// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/keras_v3_writer.hpp>
#include <graft/weights/layer_data.hpp>
#include <graft/weights/zip_writer.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace graft {

/// The version of Keras whose .keras is written.
inline constexpr std::string_view keras_zip_version = "3.0.0";

/// Writes a whole model as .keras, which Keras 3's load_model reads. config_json: in the words of Keras 3.
/// The file appears complete or not at all. Throws OutputError; an old file is then untouched.
inline void write_keras_zip(const std::filesystem::path& path, const std::string& config_json,
                            std::span<const LayerData> layers) {
  const detail::hdf5::Session session;
  const std::string metadata = R"({"keras_version": ")" + std::string{keras_zip_version} + "\"}";
  const auto weights = detail::keras_v3::build(path.string(), layers);
  detail::ZipWriter zip{path};
  zip.add("metadata.json", metadata);
  zip.add("config.json", config_json);
  zip.add("model.weights.h5", weights.image());
  zip.commit();
}

}  // namespace graft
