// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>

namespace graft::detail {

/// A layer's name, taken apart as Keras numbers automatic names: "conv2d_17" is number 17 of "conv2d", and a
/// name without a number, with which TensorFlow 2 starts, is number 0.
struct LayerNumber {
  std::string_view family;
  std::size_t number = 0;
};

inline LayerNumber layer_number(std::string_view name) {
  LayerNumber result{name};
  const auto digits = name.find_last_not_of("0123456789") + 1;  // where the trailing digits start
  const auto count = name.size() - digits;
  if (count > 0 && count < 10 && digits >= 2 && name[digits - 1] == '_') {
    result.family = name.substr(0, digits - 1);
    for (const char digit : name.substr(digits))
      result.number = result.number * 10 + static_cast<std::size_t>(digit - '0');
  }
  // TensorFlow 1.13 called the layers batch_normalization_v1_N.
  if (result.family == "batch_normalization_v1") result.family = "batch_normalization";
  return result;
}

}  // namespace graft::detail
