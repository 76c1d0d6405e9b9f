// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>
#include <graft/weights/element_type.hpp>

#include <span>
#include <string>
#include <vector>

namespace graft {

/// One array of a weight file, known from the manifest; none of its numbers has been read.
struct ArchiveTensor {
  std::string name;     ///< e.g. "conv2d_1/kernel:0", or "0" where the file only numbers them
  std::string dataset;  ///< where it is in the file, e.g. "/conv2d_1/conv2d_1/kernel:0"
  Shape shape;
  ElementType type = ElementType::float32;
};

/// One layer of a weight file, with its arrays in Keras' order; weightless layers may be there with none.
struct ArchiveLayer {
  std::string name;  ///< Keras' name, or a path in the file where that does not tell it
  std::vector<ArchiveTensor> tensors;
  std::string keras_class{};  ///< "conv2d", as Keras 3 writes it; empty where the file does not tell
  std::string model{};  ///< the layer of the file that is itself a model and has this one inside, if any
};

/// What the order of an archive's layers says.
enum class LayerOrder {
  of_model,  ///< Keras' order of model.layers
  of_class,  ///< that order, but among the layers of one class only
  none       ///< nothing: layers go by their names
};

/// The formats of weight files.
enum class ArchiveFormat {
  keras_h5,          ///< HDF5 of Keras 1 and 2, and Keras 3's legacy .h5
  keras_weights_h5,  ///< HDF5 of Keras 3: .weights.h5
  keras_zip,         ///< .keras
  safetensors
};

inline std::string to_string(ArchiveFormat format) {
  switch (format) {
    case ArchiveFormat::keras_h5:
      return "Keras .h5";
    case ArchiveFormat::keras_weights_h5:
      return "Keras 3 .weights.h5";
    case ArchiveFormat::keras_zip:
      return "Keras 3 .keras";
    case ArchiveFormat::safetensors:
      return "safetensors";
  }
  return {};
}

namespace detail {

/// What a file holds, all of it checked but for the numbers.
struct Manifest {
  ArchiveFormat format{};
  LayerOrder order{};
  std::vector<ArchiveLayer> layers{};
  std::string model_config{}, keras_version{};
};

/// An open file of some format, from which numbers can be read.
class TensorSource {
 public:
  virtual ~TensorSource() = default;

  /// Reads a tensor of this file's manifest into out, which has its size. Throws ArchiveError.
  virtual void read(const ArchiveTensor& tensor, std::span<float> out) const = 0;
};

}  // namespace detail
}  // namespace graft
