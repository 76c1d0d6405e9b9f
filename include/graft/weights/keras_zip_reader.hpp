// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/archive_content.hpp>
#include <graft/weights/hdf5_source.hpp>
#include <graft/weights/json_text.hpp>
#include <graft/weights/keras_class_name.hpp>
#include <graft/weights/keras_v3_reader.hpp>
#include <graft/weights/zip_reader.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Keras 3's .keras: a ZIP archive of config.json, which has the layers with their names in the order of
/// model.layers, model.weights.h5 in the layout of keras_v3_reader.hpp, and metadata.json.
namespace graft::detail::keras_zip {

inline constexpr const char *config_name = "config.json", *weights_name = "model.weights.h5",
                            *metadata_name = "metadata.json";

/// Whether a file that starts so is a ZIP archive.
inline bool starts(std::string_view start) {
  using namespace std::string_view_literals;
  return start.starts_with("PK\x03\x04"sv) || start.starts_with("PK\x05\x06"sv);
}

/// A text of a JSON object; empty if it has none of that key.
inline std::string text(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// Takes stored layers in the order of a model's description and gives them their names.
class ConfigOrder {
 public:
  explicit ConfigOrder(std::vector<keras_v3::StoredLayer> stored) : stored_{std::move(stored)} {}

  /// model: an object with class_name and config. Layers of it that the file does not have are passed over:
  /// weightless ones may be missing, and the others will be missed by who looks for them.
  void follow(const Json& model, std::vector<keras_v3::Step>& path, const FilePlace& place) {
    constexpr std::size_t deepest = 32;
    if (path.size() > deepest)
      place.refuse("at most " + std::to_string(deepest) + " models in each other", "more");
    const auto& layers = model["config"]["layers"];
    std::map<std::string, std::size_t> total, seen;
    for (const Json& layer : layers) ++total[snake_case(text(layer, "class_name"))];
    for (const Json& layer : layers) {
      const std::string keras_class = snake_case(text(layer, "class_name"));
      path.push_back({keras_class, 0});
      path.back().number = number(path, seen[keras_class]++, total[keras_class]);
      if (has_layers(layer))
        follow(layer, path, place);
      else
        take(path, text(layer["config"], "name"));
      path.pop_back();
    }
  }

  /// Whether the description says what is in the model.
  static bool has_layers(const Json& model) {
    if (!model.is_object() || !model.contains("config") || !model["config"].is_object()) return false;
    const auto found = model["config"].find("layers");
    return found != model["config"].end() && found->is_array() &&
           std::all_of(found->begin(), found->end(),
                       [](const Json& layer) { return layer.is_object() && layer.contains("config"); });
  }

  /// Those that were followed, then the rest.
  std::vector<keras_v3::StoredLayer> result() {
    for (auto& layer : stored_)
      if (!layer.path.empty()) ordered_.push_back(std::move(layer));
    return std::move(ordered_);
  }

 private:
  /// The number in the file of a class's index-th layer in one model. Where each layer of the class has a
  /// group, the numbers may have gaps.
  std::size_t number(const std::vector<keras_v3::Step>& path, std::size_t index, std::size_t total) const {
    std::vector<std::size_t> numbers;
    for (const auto& layer : stored_) {
      if (layer.path.size() < path.size() ||
          layer.path[path.size() - 1].keras_class != path.back().keras_class ||
          !std::equal(path.begin(), path.end() - 1, layer.path.begin()))
        continue;
      const std::size_t here = layer.path[path.size() - 1].number;
      if (numbers.empty() || numbers.back() != here) numbers.push_back(here);
    }
    return numbers.size() == total ? numbers[index] : index;
  }

  void take(const std::vector<keras_v3::Step>& path, const std::string& name) {
    const auto found =
        std::find_if(stored_.begin(), stored_.end(), [&](const auto& l) { return l.path == path; });
    if (found == stored_.end()) return;
    ordered_.push_back({path, name, std::move(found->tensors)});
    found->path.clear();
  }

  std::vector<keras_v3::StoredLayer> stored_, ordered_;
};

/// The manifest of a file and what its numbers are read from. Throws ArchiveError.
inline std::pair<Manifest, std::unique_ptr<TensorSource>> open(const FilePlace& place) {
  const ZipReader zip{place};
  const FilePlace config_place = place.at(config_name);
  const Json config = parse_json(zip.read(config_name, max_json_bytes), config_place);
  if (!ConfigOrder::has_layers(config))
    config_place.refuse("a model with config.layers", config.dump().substr(0, 80));
  std::string image = zip.read(weights_name, std::numeric_limits<std::uint64_t>::max());
  const hdf5::Session session;
  // The places in the file within the file are told with both their names.
  hdf5::Place inside{FilePlace{place.file + ": " + weights_name, "", image.size()}};
  auto source = std::make_unique<hdf5::Source>(std::move(image), std::move(inside));

  ConfigOrder order{keras_v3::read_layers(*source)};
  std::vector<keras_v3::Step> path;
  order.follow(config, path, config_place);
  Manifest manifest{ArchiveFormat::keras_zip, LayerOrder::of_model, keras_v3::archive_layers(order.result())};
  manifest.model_config = config.dump();
  if (zip.has(metadata_name))
    manifest.keras_version =
        text(parse_json(zip.read(metadata_name, max_json_bytes), place.at(metadata_name)), "keras_version");
  return {std::move(manifest), std::move(source)};
}

}  // namespace graft::detail::keras_zip
