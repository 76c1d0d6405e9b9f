// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/weights/archive_content.hpp>
#include <graft/weights/input_file.hpp>
#include <graft/weights/keras_h5_reader.hpp>
#include <graft/weights/keras_v3_reader.hpp>
#include <graft/weights/keras_zip_reader.hpp>
#include <graft/weights/safetensors_reader.hpp>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace graft {

namespace detail {

/// Opens an HDF5 file of either layout.
inline std::pair<Manifest, std::unique_ptr<TensorSource>> open_hdf5(const FilePlace& place) {
  const hdf5::Session session;
  auto source = std::make_unique<hdf5::Source>(hdf5::Place{place});
  Manifest manifest = !keras_h5::has_layout(*source) && keras_v3::has_layout(*source)
                          ? keras_v3::read_manifest(*source)
                          : keras_h5::read_manifest(*source);
  return {std::move(manifest), std::move(source)};
}

}  // namespace detail

/// A file of weights: Keras' .h5 of any generation, weights only or whole model, .weights.h5, .keras, or
/// safetensors. Which of these it is, its content tells. open() checks the whole manifest: every name, every
/// shape, and that every byte is stored in this very file.
class Archive {
 public:
  /// Opens the file for reading. Throws ArchiveError, naming file and object, for anything that is missing,
  /// damaged, too large for what the file stores, or kept in another file. (A template for the reason that
  /// json_text.hpp gives.)
  template <class Json = detail::OrderedJson>
  static Archive open(const std::filesystem::path& path) {
    const detail::FilePlace place = detail::file_place(path);
    const std::string start = detail::file_start(place);
    if (detail::keras_zip::starts(start)) return {place.file, detail::keras_zip::open<Json>(place)};
    if (detail::safetensors::starts(start)) return {place.file, detail::safetensors::open<Json>(place)};
    return {place.file, detail::open_hdf5(place)};
  }

  /// The file as the user named it, for messages.
  const std::string& file() const { return file_; }
  ArchiveFormat format() const { return manifest_.format; }

  /// In the order that order() says; weightless layers too, where the file has them.
  const std::vector<ArchiveLayer>& layers() const { return manifest_.layers; }
  LayerOrder order() const { return manifest_.order; }

  /// The architecture as JSON; empty if the file holds weights only.
  const std::string& model_config() const { return manifest_.model_config; }

  /// Such as "2.4.0"; empty for files that do not tell.
  const std::string& keras_version() const { return manifest_.keras_version; }

  /// Reads one array in row-major order, converted to float32 (float64 is rounded).
  /// Throws ShapeError if `out` has another size, ArchiveError if the file is damaged; `out` is then
  /// undefined.
  void read(const ArchiveTensor& tensor, std::span<float> out) const {
    if (out.size() != tensor.shape.size())
      throw ShapeError(file_ + ": " + tensor.dataset, std::to_string(tensor.shape.size()) + " floats",
                       std::to_string(out.size()));
    source_->read(tensor, out);
  }

 private:
  Archive(std::string file, std::pair<detail::Manifest, std::unique_ptr<detail::TensorSource>> opened)
      : file_{std::move(file)}, manifest_{std::move(opened.first)}, source_{std::move(opened.second)} {}

  std::string file_;
  detail::Manifest manifest_;
  std::unique_ptr<detail::TensorSource> source_;
};

}  // namespace graft
