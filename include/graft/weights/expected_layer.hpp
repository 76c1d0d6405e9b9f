// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>
#include <graft/weights/archive.hpp>
#include <graft/weights/parameter_name.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// A parameter that the model needs from a file.
struct ExpectedParameter {
  std::string name;  ///< Keras' name without layer and number: kernel, bias, gamma, …
  Shape shape;
};

/// A layer of the model, its parameters in Keras' order.
struct ExpectedLayer {
  std::string name;
  std::vector<ExpectedParameter> parameters;
};

}  // namespace graft

namespace graft::detail {

inline const std::vector<ArchiveTensor>& parts(const ArchiveLayer& layer) { return layer.tensors; }
inline const std::vector<ExpectedParameter>& parts(const ExpectedLayer& layer) { return layer.parameters; }

/// "layer conv2d_1 with kernel (3, 3, 3, 32)".
template <class Layer>
std::string describe(const Layer& layer) {
  constexpr std::size_t shown = 4;
  std::string text = "layer " + layer.name;
  for (std::size_t i = 0; i < std::min(parts(layer).size(), shown); ++i)
    text += (i == 0 ? " with " : ", ") + std::string{base_name(parts(layer)[i].name)} + ' ' +
            to_string(parts(layer)[i].shape);
  if (parts(layer).size() > shown) text += " and " + std::to_string(parts(layer).size() - shown) + " more";
  return text;
}

/// Whether a stored parameter may be the one of that name; Keras 3 calls a depthwise kernel a kernel.
inline bool may_be(std::string_view stored, std::string_view name) {
  return stored.empty() || stored == name || (stored == "kernel" && name == "depthwise_kernel");
}

struct Difference {
  std::string name, expected, found;
};

/// The first thing in which a layer of a file differs from the model's: number, names or shapes of its
/// arrays.
inline std::optional<Difference> difference(const ExpectedLayer& expected, const ArchiveLayer& found) {
  const auto& parameters = expected.parameters;
  const auto& tensors = found.tensors;
  if (parameters.size() != tensors.size()) {
    Difference counts{expected.name, describe(expected), describe(found)};
    const auto has_gamma = [](const auto& list) {
      return std::any_of(list.begin(), list.end(),
                         [](const auto& item) { return parameter_name(item.name) == "gamma"; });
    };
    if (has_gamma(tensors) && !has_gamma(parameters) && parameter_name(parameters.front().name) == "beta")
      counts.found +=
          ". A gamma is what the files of Inception v3's release v0.2 have, which belong to another network; "
          "those of release v0.5 fit";
    return counts;
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string name = expected.name + "/" + parameters[i].name;
    const auto stored = parameter_name(tensors[i].name);
    if (!may_be(stored, parameters[i].name))
      return Difference{name, parameters[i].name, tensors[i].name + " of layer " + found.name};
    if (tensors[i].shape != parameters[i].shape)
      return Difference{name, to_string(parameters[i].shape),
                        to_string(tensors[i].shape) + " in " + tensors[i].dataset};
  }
  return std::nullopt;
}

}  // namespace graft::detail
