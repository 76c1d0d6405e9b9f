// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/model/model.hpp>
#include <graft/weights/keras_h5_writer.hpp>
#include <graft/weights/keras_v3_config.hpp>
#include <graft/weights/keras_v3_writer.hpp>
#include <graft/weights/keras_zip_writer.hpp>
#include <graft/weights/model_data.hpp>
#include <graft/weights/safetensors_writer.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace graft {

namespace detail {

/// Writes a model in the format that the file's name ends in. Throws OutputError.
template <class Json>
void write_model(const std::filesystem::path& file, const ModelData<Json>& model) {
  const std::string name = file.filename().string();
  if (name.ends_with(".weights.h5")) return write_keras_weights(file, model.data);
  if (name.ends_with(".h5") || name.ends_with(".hdf5"))
    return write_keras_h5(file, model_config(model.layers, model.input, model.output), "", model.data);
  if (name.ends_with(".keras")) return write_keras_zip(file, keras_v3::model_config(model), model.data);
  if (name.ends_with(".safetensors")) return write_safetensors(file, model.data);
  throw OutputError(file.string(), "a name that ends in .h5, .weights.h5, .keras or .safetensors",
                    name.empty() ? "none" : "'" + name + "'");
}

}  // namespace detail

template <LayeredNetwork Net, Backend B>
void Extractor<Net, B>::save(const std::filesystem::path& file) const {
  require_weights();
  detail::ModelData<detail::OrderedJson> model;
  model.append(detail::network_layers<Net>(), parameters(), false);
  detail::write_model(file, model);
}

template <class Base, class Head, Backend B>
void Model<Base, Head, B>::save(const std::filesystem::path& file) const {
  detail::ModelData<detail::OrderedJson> model;
  if constexpr (has_backbone) {
    base_.require_weights();
    model.append(detail::network_layers<typename extractor_type::network>(), base_.parameters(), false);
  }
  const std::vector<float> head = head_.parameters();
  model.append(detail::network_layers<head_network>(), head, true);
  detail::write_model(file, model);
}

}  // namespace graft
