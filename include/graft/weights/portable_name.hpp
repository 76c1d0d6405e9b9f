// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <string>

namespace graft::detail {

/// A layer's name as every generation of Keras takes it. Keras 3 allows no slash in a name; where Keras 2's
/// applications have conv1/conv, its own have conv1_conv.
inline std::string portable_name(std::string name) {
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

}  // namespace graft::detail
