// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/sort_by.hpp>
#include <graft/weights/archive_content.hpp>
#include <graft/weights/hdf5_dataset.hpp>
#include <graft/weights/hdf5_source.hpp>
#include <graft/weights/hdf5_strings.hpp>
#include <graft/weights/layer_number.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The HDF5 layout of Keras 3, and of TensorFlow from 2.12 on: layers/<class>_<k>/vars/<i>, where k counts
/// the layers of a class in the order of model.layers, and a model in a model repeats the pattern:
/// layers/functional/layers/conv2d/vars/0. TensorFlow 2.12 and 2.13 have `_layer_checkpoint_dependencies` in
/// place of `layers`, and count the layers that have weights twice. Source: Keras' saving_lib.py.
namespace graft::detail::keras_v3 {

using hdf5::Handle, hdf5::Place;

/// A layer's position in one model: its class, and which of that class it is.
struct Step {
  std::string keras_class;
  std::size_t number = 0;
  auto operator<=>(const Step&) const = default;
};

/// A layer of the file. In a model of models the path has a step for each model that it is in, then its own.
struct StoredLayer {
  std::vector<Step> path;
  std::string name;  ///< that of the layer; empty in files of older versions
  std::vector<ArchiveTensor> tensors;
};

inline bool is_container(std::string_view name) {
  return name == "layers" || name == "_layer_checkpoint_dependencies";
}

/// Walks the groups below layers/ and collects those that are layers; what else layers keep there, such as
/// the state of a generator of random numbers, is passed over.
class LayerWalk {
 public:
  explicit LayerWalk(const Place& place) : place_{place} {}

  void walk(hid_t group, const std::string& path, std::vector<std::string>& names) {
    constexpr std::size_t deepest = 64;  // hard links can make circles
    if (names.size() > deepest)
      place_.at(path).refuse("at most " + std::to_string(deepest) + " levels", "more");
    for (const std::string& link : links(group, path)) {
      const std::size_t before = names.size();
      // Files that were made on Windows may have whole paths as names: "layers\conv2d".
      for (std::size_t start = 0; start <= link.size();) {
        const std::size_t end = std::min(link.find('\\', start), link.size());
        names.push_back(link.substr(start, end - start));
        start = end + 1;
      }
      if (is_container(names.front())) visit(group, link, path + "/" + link, names);
      names.resize(before);
    }
  }

  std::vector<StoredLayer> take() { return std::move(layers_); }

 private:
  std::vector<std::string> links(hid_t group, const std::string& path) {
    H5G_info_t info{};
    const Place place = place_.at(path);
    place.require(H5Gget_info(group, &info) >= 0, "a readable group");
    if ((links_ += info.nlinks) > 4 * max_names)
      place.refuse("at most " + std::to_string(4 * max_names) + " objects", "more");
    std::vector<std::string> names;
    for (hsize_t i = 0; i < info.nlinks; ++i) {
      const auto by_index = [&](char* name, std::size_t size) {
        return H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, name, size, H5P_DEFAULT);
      };
      const auto length = by_index(nullptr, 0);
      if (length < 0 || static_cast<std::size_t>(length) > hdf5::keras_list_bytes)
        place.refuse("readable names", "an unreadable or endless one");
      std::string name(static_cast<std::size_t>(length) + 1, '\0');
      place.require(by_index(name.data(), name.size()) >= 0, "readable names");
      name.pop_back();
      names.push_back(std::move(name));
    }
    return names;
  }

  void visit(hid_t parent, const std::string& link, const std::string& path,
             std::vector<std::string>& names) {
    const Handle object = hdf5::open_object(parent, link, place_.at(path));
    if (H5Iget_type(object.get()) != H5I_GROUP) return;
    if (names.back() == "vars" && names.size() % 2 == 1 && names.size() > 1)
      read_layer(object, path, names);
    else
      walk(object.get(), path, names);
  }

  void read_layer(const Handle& group, const std::string& path, const std::vector<std::string>& names) {
    StoredLayer layer;
    for (std::size_t i = 0; i + 1 < names.size(); i += 2) {
      if (!is_container(names[i])) return;
      const auto [family, number] = layer_number(names[i + 1]);
      layer.path.push_back({std::string{family}, number});
    }
    const Place place = place_.at(path);
    layer.name = hdf5::read_text(group.get(), "name", place);
    const std::size_t count = links(group.get(), path).size();
    for (std::size_t i = 0; i < count;
         ++i) {  // any other name than 0, 1, … is refused as a number that is missing
      const Place where = place_.at(path + "/" + std::to_string(i));
      const auto data = hdf5::open_dataset(group.get(), std::to_string(i), where);
      layer.tensors.push_back({std::to_string(i), where.object, data.shape, data.type});
    }
    layers_.push_back(std::move(layer));
  }

  Place place_;
  hsize_t links_ = 0;
  std::vector<StoredLayer> layers_;
};

/// Whether the file tells the order among all layers of each class. Of two models in one model it does if
/// both are of one class; of a model and a layer beside it it does not. layers: sorted by path.
inline bool order_is_known(const std::vector<StoredLayer>& layers) {
  std::map<std::string_view, const StoredLayer*> last;  // of each class
  for (const StoredLayer& layer : layers) {
    if (layer.tensors.empty()) continue;
    const StoredLayer* const before = std::exchange(last[layer.path.back().keras_class], &layer);
    if (before == nullptr) continue;
    const auto [x, y] =
        std::mismatch(before->path.begin(), before->path.end(), layer.path.begin(), layer.path.end());
    if (x != before->path.end() && y != layer.path.end() && x->keras_class != y->keras_class) return false;
  }
  return true;
}

/// "layers/functional/conv2d_5": what a layer is called whose name the file does not tell, or gives to
/// another layer, too. No automatic name looks so.
inline std::string path_text(const std::vector<Step>& path) {
  std::string text = "layers";
  for (const Step& step : path)
    text += "/" + step.keras_class + (step.number == 0 ? "" : "_" + std::to_string(step.number));
  return text;
}

inline std::vector<ArchiveLayer> archive_layers(std::vector<StoredLayer> stored) {
  std::map<std::string, std::size_t> names;
  for (const StoredLayer& layer : stored) ++names[layer.name];
  std::vector<ArchiveLayer> layers;
  for (StoredLayer& layer : stored)
    layers.push_back({layer.name.empty() || names[layer.name] > 1 ? path_text(layer.path) : layer.name,
                      std::move(layer.tensors), layer.path.back().keras_class});
  return layers;
}

/// Whether a file has this layout.
inline bool has_layout(const hdf5::Source& source) {
  const Handle root = source.root();
  H5G_info_t info{};
  H5Gget_info(root.get(), &info);
  for (hsize_t i = 0; i < info.nlinks && i < max_names; ++i) {
    std::string name(64, '\0');
    H5Lget_name_by_idx(root.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT);
    if (is_container(std::string_view{name}.substr(0, name.find_first_of(std::string_view{"\\\0", 2}))))
      return true;
  }
  return false;
}

/// The layers of a file in the order of their paths. Throws ArchiveError.
inline std::vector<StoredLayer> read_layers(const hdf5::Source& source) {
  LayerWalk walk{source.place()};
  std::vector<std::string> names;
  const Handle root = source.root();
  walk.walk(root.get(), "", names);
  auto layers = walk.take();
  sort_by(layers, [](const StoredLayer& layer) { return layer.path; });
  return layers;
}

/// The manifest of a .weights.h5. Throws ArchiveError.
inline Manifest read_manifest(const hdf5::Source& source) {
  auto layers = read_layers(source);
  const auto order = order_is_known(layers) ? LayerOrder::of_class : LayerOrder::none;
  return {ArchiveFormat::keras_weights_h5, order, archive_layers(std::move(layers))};
}

}  // namespace graft::detail::keras_v3
