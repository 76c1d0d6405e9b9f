// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>
#include <graft/weights/archive.hpp>
#include <graft/weights/backbone_fit.hpp>
#include <graft/weights/backbones.hpp>
#include <graft/weights/parameter_name.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace graft {

/// What a weight file holds. `std::cout << inspect(file)` prints it as a tree.
struct Inspection {
  std::string file;
  ArchiveFormat format{};
  std::string keras_version;         ///< empty if the file does not tell
  bool has_model = false;            ///< whether it describes the model, too
  std::vector<ArchiveLayer> layers;  ///< in the file's order
  std::size_t arrays = 0, numbers = 0;
  std::uint64_t bytes = 0;          ///< of the numbers, as they are stored before any compression
  std::vector<BackboneFit> fits{};  ///< those that go furthest; empty if none goes far
};

namespace detail {

inline Inspection inspect(const Archive& archive, const std::vector<RuntimeBackbone>& backbones) {
  Inspection result{archive.file(), archive.format(), archive.keras_version(),
                    !archive.model_config().empty(), archive.layers()};
  for (const ArchiveLayer& layer : result.layers)
    for (const ArchiveTensor& tensor : layer.tensors) {
      ++result.arrays;
      result.numbers += tensor.shape.size();
      result.bytes += tensor.shape.size() * element_size(tensor.type);
    }
  result.fits = best_fits(archive, backbones);
  return result;
}

/// "21,802,784".
inline std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

}  // namespace detail

/// Reads what a weight file holds, and for which of the given backbones it has weights, without reading the
/// numbers. Throws ArchiveError.
template <class Backbones = KnownBackbones>
Inspection inspect(const std::filesystem::path& file) {
  return detail::inspect(Archive::open(file), backbones<Backbones>());
}

/// A line for the file, one for each layer and each array, totals, and the backbones.
inline std::ostream& operator<<(std::ostream& out, const Inspection& inspection) {
  out << inspection.file << ": " << to_string(inspection.format);
  if (!inspection.keras_version.empty()) out << ", Keras " << inspection.keras_version;
  out << (inspection.has_model ? ", weights and model\n" : ", weights only\n");
  for (std::size_t i = 0; i < inspection.layers.size(); ++i) {
    const ArchiveLayer& layer = inspection.layers[i];
    const bool last = i + 1 == inspection.layers.size();
    out << (last ? "└─ " : "├─ ") << (layer.name.empty() ? "(no layer)" : layer.name);
    if (!layer.keras_class.empty()) out << " (" << layer.keras_class << ")";
    out << '\n';
    for (std::size_t k = 0; k < layer.tensors.size(); ++k) {
      const ArchiveTensor& tensor = layer.tensors[k];
      out << (last ? "   " : "│  ") << (k + 1 == layer.tensors.size() ? "└─ " : "├─ ")
          << detail::base_name(tensor.name) << ' ' << to_string(tensor.shape);
      if (tensor.type != ElementType::float32) out << ' ' << to_string(tensor.type);
      out << '\n';
    }
  }
  out << detail::grouped(inspection.layers.size()) << " layers, " << detail::grouped(inspection.arrays)
      << " arrays, " << detail::grouped(inspection.numbers) << " numbers, "
      << detail::fixed(static_cast<double>(inspection.bytes) / 1e6, 1) << " MB\n";
  if (inspection.fits.empty()) out << "fits no backbone of graft\n";
  for (const BackboneFit& fit : inspection.fits) out << "fits " << fit << '\n';
  return out;
}

}  // namespace graft
