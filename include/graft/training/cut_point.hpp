// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>

#include <cstddef>
#include <string>

namespace graft {

/// A layer that a backbone can be cut behind, and what is in front of the cut.
struct CutPoint {
  std::string layer{};         ///< as Keras calls it: "mixed7"
  Shape shape{};               ///< of its output, the features
  std::size_t parameters = 0;  ///< of the backbone up to there
  std::size_t macs = 0;        ///< multiply-adds for one image
  double seconds = 0;          ///< of one thread for one image, measured; 0 without images
};

}  // namespace graft
