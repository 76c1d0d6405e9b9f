// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/shape.hpp>
#include <graft/weights/element_type.hpp>
#include <graft/weights/hdf5.hpp>
#include <graft/weights/hdf5_dataset.hpp>
#include <graft/weights/hdf5_file.hpp>
#include <graft/weights/hdf5_strings.hpp>

#include <cstddef>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft {

/// One array of a weight file, known from the manifest; none of its numbers has been read.
struct ArchiveTensor {
  std::string name;     ///< as in weight_names, e.g. "conv2d_1/kernel:0"
  std::string dataset;  ///< full path in the file, e.g. "/conv2d_1/conv2d_1/kernel:0"
  Shape shape;
  ElementType type = ElementType::float32;
};

/// One layer of a weight file, with its arrays in Keras' order; weightless layers have none.
struct ArchiveLayer {
  std::string name;
  std::vector<ArchiveTensor> tensors;
  std::string model =
      {};  ///< the layer of the file that is itself a model and has this one inside; empty: none
};

/// A Keras HDF5 weight file of Keras 1 or 2 (or Keras 3's legacy .h5), weights only or full model.
/// open() checks the whole manifest: every name, every shape, and that every byte is stored in this very
/// file.
class Archive {
 public:
  /// Opens the file for reading. Throws ArchiveError, naming file and object, for anything that is missing,
  /// damaged, too large for what the file stores, or kept in another file.
  static Archive open(const std::filesystem::path& path) {
    const detail::hdf5::Session session;
    Archive archive;
    archive.place_ = detail::hdf5::file_place(path);
    archive.file_ = detail::hdf5::open_file(archive.place_);
    archive.read_manifest();
    return archive;
  }

  Archive(Archive&&) noexcept = default;
  Archive& operator=(Archive&&) noexcept = default;
  ~Archive() {
    const detail::hdf5::Session session;
    file_.close();
  }

  /// The file as the user named it, for messages.
  const std::string& file() const { return place_.file; }

  /// In the order of layer_names, which is Keras' order of model.layers; weightless layers too.
  const std::vector<ArchiveLayer>& layers() const { return layers_; }

  /// The architecture as JSON; empty if the file holds weights only.
  const std::string& model_config() const { return model_config_; }

  /// Such as "2.4.0"; empty for files of Keras 1.
  const std::string& keras_version() const { return keras_version_; }

  /// Reads one array in row-major order, converted to float32 (float64 is rounded).
  /// Throws ShapeError if `out` has another size, ArchiveError if the file is damaged; `out` is then
  /// undefined.
  void read(const ArchiveTensor& tensor, std::span<float> out) const {
    const detail::hdf5::Session session;
    const auto data =
        detail::hdf5::open_dataset(file_.get(), tensor.dataset.substr(1), place_.at(tensor.dataset));
    if (data.shape != tensor.shape || out.size() != tensor.shape.size())
      throw ShapeError(place_.file + ": " + tensor.dataset, std::to_string(data.shape.size()) + " floats",
                       std::to_string(out.size()));
    detail::hdf5::read_floats(data, out);
  }

 private:
  Archive() = default;

  void read_manifest() {
    using namespace detail::hdf5;
    const Handle root = open_root(file_, place_);
    // Keras' own rule: without layer_names the weights are one group further down.
    auto names = read_names(root.get(), "layer_names", place_.at("/"));
    Handle nested;
    std::string container = "/";
    if (!names && H5Lexists(root.get(), "model_weights", H5P_DEFAULT) > 0) {
      container = "/model_weights/";
      nested = open_group(root.get(), "model_weights", place_.at("/model_weights"));
      names = read_names(nested.get(), "layer_names", place_.at("/model_weights"));
    }
    if (!names)
      place_.refuse("Keras' HDF5 layout with layer_names on / or /model_weights", other_layout(root));
    const Handle& group = nested.valid() ? nested : root;
    model_config_ = read_text(root.get(), "model_config", place_.at("/"));
    keras_version_ = read_text(group.get(), "keras_version", place_.at(container));
    if (keras_version_.empty()) keras_version_ = read_text(root.get(), "keras_version", place_.at("/"));

    std::set<std::string_view> seen;
    std::size_t tensors = 0;
    for (const auto& name : *names) {
      if (!seen.insert(name).second) place_.refuse("layers of different names", "'" + name + "' twice");
      layers_.push_back(read_layer(group, container, name, tensors));
    }
  }

  ArchiveLayer read_layer(const detail::hdf5::Handle& container, const std::string& path,
                          const std::string& name, std::size_t& tensors) const {
    using namespace detail::hdf5;
    const Place place = place_.at(path + name);
    const Handle group = open_group(container.get(), name, place);
    const auto names = read_names(group.get(), "weight_names", place);
    if (!names) place.refuse("the attribute weight_names", "none");
    if ((tensors += names->size()) > max_names)
      place_.refuse("at most " + std::to_string(max_names) + " arrays", "more");
    ArchiveLayer layer{name, {}, {}};
    for (const auto& weight : *names) {
      const Place where = place.at(place.object + "/" + weight);
      const Dataset data = open_dataset(group.get(), weight, where);
      layer.tensors.push_back({weight, where.object, data.shape, data.type});
    }
    return layer;
  }

  /// What a file without layer_names seems to be instead.
  static std::string other_layout(const detail::hdf5::Handle& root) {
    const auto has = [&](const char* name) { return H5Lexists(root.get(), name, H5P_DEFAULT) > 0; };
    if (has("layers") || has("_layer_checkpoint_dependencies")) return "the .weights.h5 layout of Keras 3";
    if (H5Aexists(root.get(), "nb_layers") > 0) return "the layout of Keras before 1.0";
    return "neither";
  }

  detail::hdf5::Place place_;
  detail::hdf5::Handle file_;
  std::vector<ArchiveLayer> layers_;
  std::string model_config_, keras_version_;
};

}  // namespace graft
