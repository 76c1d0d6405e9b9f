// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/layer.hpp>

namespace graft {

/// y = (x - mean) / max(sqrt(variance), 1e-7), per channel, with statistics that came with the weights and
/// never move; `count`, of the samples that they are of, is only kept. Shape: any, unchanged. Source: Keras'
/// Normalization over the last axis.
struct Normalization : LayerDefaults {
  static constexpr std::string_view keras_class = "Normalization";
  static constexpr std::string_view keras_prefix = "normalization";
  static constexpr std::string_view expects = "an image (height, width, channels) or a vector (units)";

  static constexpr bool accepts(Shape input) { return input.rank == 3 || input.rank == 1; }
  static constexpr Shape output_shape(Shape input) { return input; }
  static constexpr auto parameters(Shape input) {
    const Shape channels{input.channels()};
    return std::array{ParameterSpec{"mean", channels, Initializer::zeros, false},
                      ParameterSpec{"variance", channels, Initializer::ones, false},
                      ParameterSpec{"count", {}, Initializer::zeros, false}};
  }
};

}  // namespace graft
