// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/archive_content.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft::detail {

/// What stands before the last component of a weight's name: "block_1/conv" of "block_1/conv/kernel:0".
inline std::string_view scope_of(std::string_view weight) {
  const auto end = weight.rfind('/');
  return end == std::string_view::npos ? std::string_view{} : weight.substr(0, end);
}

/// A model that is a layer of another has one entry in layer_names, with the arrays of all its layers: what
/// training moves of all of them first, then what it does not, or layer by layer if the model was frozen.
/// Puts its layers in its place, in the order of their first arrays, which is theirs in both cases. The
/// scopes in the names of the arrays tell the layers apart; a layer whose arrays share one scope stays as it
/// is. Source: keras_spec A3.
inline std::vector<ArchiveLayer> without_nesting(std::vector<ArchiveLayer> layers) {
  std::vector<ArchiveLayer> result;
  for (ArchiveLayer& layer : layers) {
    const auto& tensors = layer.tensors;
    const bool scoped = std::none_of(tensors.begin(), tensors.end(), [](const ArchiveTensor& tensor) {
      return scope_of(tensor.name).empty();
    });
    const bool one_scope = std::all_of(tensors.begin(), tensors.end(), [&](const ArchiveTensor& tensor) {
      return scope_of(tensor.name) == scope_of(tensors.front().name);
    });
    if (!scoped || one_scope) {
      result.push_back(std::move(layer));
      continue;
    }
    const auto first = static_cast<std::ptrdiff_t>(result.size());
    for (ArchiveTensor& tensor : layer.tensors) {
      const std::string_view scope = scope_of(tensor.name);
      auto place = std::find_if(result.begin() + first, result.end(),
                                [&](const ArchiveLayer& known) { return known.name == scope; });
      if (place == result.end())
        place = result.insert(place, ArchiveLayer{std::string{scope}, {}, {}, layer.name});
      place->tensors.push_back(std::move(tensor));
    }
  }
  return result;
}

}  // namespace graft::detail
