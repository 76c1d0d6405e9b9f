// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace graft {

/// One array to be written; the numbers stay where they are.
struct WeightData {
  std::string name;  ///< path in the group of the layer, such as "conv2d_1/kernel:0"
  Shape shape;
  std::span<const float> values;  // (shape...), row-major
};

/// One layer to be written, its arrays in Keras' order; weightless layers have none.
struct LayerData {
  std::string name;
  std::vector<WeightData> weights;
  std::string keras_class{};  ///< as Keras 3's files have it: "conv2d"
};

namespace detail {

/// About as many bytes as an HDF5 file of the layers has: what its memory is allocated for.
inline std::size_t about_bytes(std::span<const LayerData> layers) {
  std::size_t bytes = std::size_t{1} << 16;
  for (const LayerData& layer : layers) {
    bytes += 4096 * (1 + layer.weights.size());  // for groups, names and headers: more than they take
    for (const WeightData& weight : layer.weights) bytes += weight.values.size_bytes();
  }
  return bytes;
}

}  // namespace detail
}  // namespace graft
