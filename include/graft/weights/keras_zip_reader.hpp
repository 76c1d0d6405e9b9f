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
template <class Json>
std::string text(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string()
             ? found->template get<std::string>()
             : "";
}

/// Whether a description of a model says which layers are in it.
template <class Json>
bool has_layers(const Json& model) {
  if (!model.is_object() || !model.contains("config") || !model["config"].is_object()) return false;
  const auto found = model["config"].find("layers");
  return found != model["config"].end() && found->is_array() &&
         std::all_of(found->begin(), found->end(),
                     [](const Json& layer) { return layer.is_object() && layer.contains("config"); });
}

/// Takes stored layers in the order of a model's description and gives them their names.
class ConfigOrder {
 public:
  using Path = std::vector<keras_v3::Step>;

  /// stored: sorted by path.
  explicit ConfigOrder(std::vector<keras_v3::StoredLayer> stored) {
    for (auto& layer : stored) {
      Path kind;
      for (const keras_v3::Step& step : layer.path) {
        kind.push_back({step.keras_class, 0});
        auto& numbers = numbers_[kind];
        if (numbers.empty() || numbers.back() != step.number) numbers.push_back(step.number);
        kind.back() = step;
      }
      stored_.emplace(layer.path, std::move(layer));
    }
  }

  /// model: has_layers. Layers of it that the file does not have are passed over: weightless ones may be
  /// missing, and the others will be missed by who looks for them.
  template <class Json>
  void follow(const Json& model, Path& path, const FilePlace& place) {
    constexpr std::size_t deepest = 32;
    if (path.size() > deepest)
      place.refuse("at most " + std::to_string(deepest) + " models in each other", "more");
    const auto& layers = model["config"]["layers"];
    std::map<std::string, std::size_t> total, seen;
    for (const Json& layer : layers) ++total[snake_case(text(layer, "class_name"))];
    for (const Json& layer : layers) {
      const std::string keras_class = snake_case(text(layer, "class_name"));
      path.push_back({keras_class, 0});
      // Where each layer of a class has a group, the numbers of these may have gaps.
      const auto numbers = numbers_.find(path);
      const std::size_t index = seen[keras_class]++;
      const bool all = numbers != numbers_.end() && numbers->second.size() == total[keras_class];
      path.back().number = all ? numbers->second[index] : index;
      if (has_layers(layer))
        follow(layer, path, place);
      else if (auto found = stored_.extract(path); !found.empty())
        ordered_.push_back({path, text(layer["config"], "name"), std::move(found.mapped().tensors)});
      path.pop_back();
    }
  }

  /// Those that were followed, then the rest.
  std::vector<keras_v3::StoredLayer> result() {
    for (auto& [path, layer] : stored_) ordered_.push_back(std::move(layer));
    return std::move(ordered_);
  }

 private:
  std::map<Path, keras_v3::StoredLayer> stored_;
  std::map<Path, std::vector<std::size_t>>
      numbers_;  // of the layers of one class in one model: its path, then the class
  std::vector<keras_v3::StoredLayer> ordered_;
};

/// The manifest of a file and what its numbers are read from. Throws ArchiveError.
template <class Json>
std::pair<Manifest, std::unique_ptr<TensorSource>> open(const FilePlace& place) {
  const ZipReader zip{place};
  const FilePlace config_place = place.at(config_name);
  const Json config = parse_json<Json>(zip.read(config_name, max_json_bytes), config_place);
  if (!has_layers(config)) config_place.refuse("a model with config.layers", config.dump().substr(0, 80));
  std::string image = zip.read(weights_name, std::numeric_limits<std::uint64_t>::max());
  const hdf5::Session session;
  // The places in the file within the file are told with both their names.
  hdf5::Place inside{FilePlace{place.file + ": " + weights_name, "", image.size()}};
  auto source = std::make_unique<hdf5::Source>(std::move(image), std::move(inside));

  ConfigOrder order{keras_v3::read_layers(*source)};
  ConfigOrder::Path path;
  order.follow(config, path, config_place);
  Manifest manifest{ArchiveFormat::keras_zip, LayerOrder::of_model, keras_v3::archive_layers(order.result())};
  manifest.model_config = config.dump();
  if (zip.has(metadata_name))
    manifest.keras_version = text(
        parse_json<Json>(zip.read(metadata_name, max_json_bytes), place.at(metadata_name)), "keras_version");
  return {std::move(manifest), std::move(source)};
}

}  // namespace graft::detail::keras_zip
