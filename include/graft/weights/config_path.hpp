// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/window.hpp>
#include <graft/weights/config_graph.hpp>
#include <graft/weights/config_layer.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace graft::detail {

/// What stands between a layer and the next one before it that has weights, or joins branches, or is the
/// input.
struct ConfigPath {
  struct Step {
    std::size_t node;
    std::string function;  ///< of an activation; empty for other layers, which the node describes
  };
  std::vector<Step> steps;  ///< the last of them first
  std::size_t end = 0;      ///< the node that it leads to
};

/// Zeros around an image, or what a window adds to it, in pixels.
using Border = std::array<std::size_t, 4>;  // top, bottom, left, right

/// Takes the padding layers that stand directly before a convolution off a path.
template <class Json>
Border take_padding(const ConfigGraph<Json>& graph, ConfigPath& path) {
  Border sum{};
  while (!path.steps.empty() && graph[path.steps.front().node].class_name == "ZeroPadding2D" &&
         path.steps.front().function.empty()) {
    const auto found = graph[path.steps.front().node].config.find("padding");
    if (found == graph[path.steps.front().node].config.end()) break;
    const Json& padding = *found;
    const auto side = [&](std::size_t axis, std::size_t end) -> std::size_t {
      const Json& of_axis = padding.is_array() && axis < padding.size() ? padding[axis] : padding;
      const Json& value = of_axis.is_array() && end < of_axis.size() ? of_axis[end] : of_axis;
      return value.is_number_unsigned() ? value.template get<std::size_t>() : 0;
    };
    const Border here{side(0, 0), side(0, 1), side(1, 0), side(1, 1)};
    for (std::size_t i = 0; i < 4; ++i) sum[i] += here[i];
    path.steps.erase(path.steps.begin());
  }
  return sum;
}

template <class Json>
std::size_t axis_setting(const ConfigNode<Json>& node, const char* key, std::size_t axis) {
  const auto found = node.config.find(key);
  if (found == node.config.end()) return 1;
  const Json& value = found->is_array() && axis < found->size() ? (*found)[axis] : *found;
  return value.is_number_unsigned() && value.template get<std::size_t>() > 0
             ? value.template get<std::size_t>()
             : 1;
}

/// The zeros of padding layers and of padding='same' together, around height x width pixels.
template <class Json>
Border border(const ConfigNode<Json>& node, Border before, std::size_t height, std::size_t width) {
  const auto padding = node.config.find("padding");
  if (padding == node.config.end() || *padding != "same") return before;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::size_t n = (axis == 0 ? height : width) + before[2 * axis] + before[2 * axis + 1];
    const std::size_t kernel = axis_setting(node, "kernel_size", axis),
                      stride = axis_setting(node, "strides", axis);
    const SlidAxis slid = slide(n, kernel, stride, true);
    const std::size_t covered = (slid.output - 1) * stride + kernel;
    before[2 * axis] += slid.pad_before;
    before[2 * axis + 1] += covered > n ? covered - n - slid.pad_before : 0;
  }
  return before;
}

template <class Json>
std::array<std::size_t, 2> window_count(const ConfigNode<Json>& node, const Border& b, std::size_t height,
                                        std::size_t width) {
  const auto count = [&](std::size_t n, std::size_t axis) {
    return slide(n, axis_setting(node, "kernel_size", axis), axis_setting(node, "strides", axis), false)
        .output;
  };
  return {count(height + b[0] + b[1], 0), count(width + b[2] + b[3], 1)};
}

inline std::string border_text(const Border& b) {
  const auto pair = [](std::size_t x, std::size_t y) {
    return '(' + std::to_string(x) + ", " + std::to_string(y) + ')';
  };
  return '(' + pair(b[0], b[1]) + ", " + pair(b[2], b[3]) + ')';
}

}  // namespace graft::detail
