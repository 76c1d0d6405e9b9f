// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/layer.hpp>

namespace graft {

/// (height, width, channels) as one vector, row-major: index (y * width + x) * channels + c. Costs nothing.
struct Flatten : LayerDefaults {
  static constexpr std::string_view keras_class = "Flatten";
  static constexpr std::string_view keras_prefix = "flatten";
  static constexpr Role role = Role::reshape;
  static constexpr std::string_view expects = "an image (height, width, channels) or a vector (units)";

  static constexpr bool accepts(Shape input) { return input.rank >= 1; }
  static constexpr Shape output_shape(Shape input) { return {input.size()}; }
};

}  // namespace graft
