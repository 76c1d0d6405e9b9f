// SPDX-License-Identifier: MIT
#pragma once

#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

namespace graft::detail {

/// A class of Keras as Keras 3's files name it: "BatchNormalization" is "batch_normalization", "Conv2D" is
/// "conv2d", "ReLU" is "re_lu". Source: to_snake_case of keras/src/utils/naming.py.
inline std::string snake_case(std::string_view name) {
  const auto is_upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  const auto is_lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts_word = i + 1 < name.size() && is_lower(name[i + 1]),
               ends_word = i > 0 && is_lower(name[i - 1]);
    if (i > 0 && is_upper(name[i]) && (starts_word || ends_word)) text += '_';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return text;
}

}  // namespace graft::detail
