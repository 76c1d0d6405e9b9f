// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/for_each_index.hpp>
#include <graft/core/random.hpp>
#include <graft/model/graph.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace graft {

/// One parameter of a network: whose it is, what Keras calls it, and where it lies in the network's one
/// buffer.
struct ParameterEntry {
  std::string layer;  ///< "conv2d_1"
  std::string name;   ///< "kernel"
  Shape shape;
  Initializer initializer;
  bool trainable;
  std::size_t node;    ///< the layer's node in the graph
  std::size_t offset;  ///< floats before it in the buffer
};

namespace detail {

/// The parameters of every node, one behind the other.
template <LayeredNetwork Net>
inline constexpr auto parameter_specs = [] {
  constexpr auto& graph = graph_of<Net>;
  constexpr std::size_t total = [] {
    std::size_t count = 0;
    for (const Node& node : graph_of<Net>.nodes) count += node.parameters;
    return count;
  }();
  std::array<ParameterSpec, total> specs{};
  std::size_t at = 0;
  for_each_index<graph.size>([&]<std::size_t N>() {
    for (const ParameterSpec& spec : type_at<N, node_types<Net>>::parameters(graph.nodes[N].input))
      specs[at++] = spec;
  });
  return specs;
}();

inline std::vector<ParameterEntry> make_parameter_table(std::span<const Node> nodes,
                                                        std::span<const ParameterSpec> specs) {
  std::vector<ParameterEntry> entries;
  for (std::size_t n = 0, at = 0; n < nodes.size(); ++n) {
    std::size_t offset = nodes[n].parameter_offset;
    for (const ParameterSpec& spec : specs.subspan(at, nodes[n].parameters)) {
      entries.push_back(
          {nodes[n].name(), std::string{spec.name}, spec.shape, spec.initializer, spec.trainable, n, offset});
      offset += spec.shape.size();
    }
    at += nodes[n].parameters;
  }
  return entries;
}

inline const ParameterEntry& find_in(const std::vector<ParameterEntry>& table, std::string_view path) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const ParameterEntry& e) { return e.layer + "/" + e.name == path; });
  if (found != table.end()) return *found;
  std::string names;
  for (std::size_t i = 0; i < std::min<std::size_t>(table.size(), 8); ++i)
    names += (i > 0 ? ", " : "") + table[i].layer + "/" + table[i].name;
  if (table.size() > 8) names += ", … (" + std::to_string(table.size()) + " in all)";
  throw Error{expected_received("parameter", names.empty() ? "none, for no layer has any" : "one of " + names,
                                "\"" + std::string{path} + "\"")};
}

}  // namespace detail

/// All parameters of a network, in the order of its buffer.
template <LayeredNetwork Net>
const std::vector<ParameterEntry>& parameter_table() {
  static const std::vector<ParameterEntry> table =
      detail::make_parameter_table(graph_of<Net>.nodes, detail::parameter_specs<Net>);
  return table;
}

/// The entry of "layer/name", such as "dense/kernel". Throws Error listing the names there are.
template <LayeredNetwork Net>
const ParameterEntry& find_parameter(std::string_view path) {
  return detail::find_in(parameter_table<Net>(), path);
}

namespace detail {

// Keras' fans: a dense kernel's extents; a convolution's channels times its window.
inline float glorot_limit(const Shape& shape) {
  const std::size_t window = shape.rank == 4 ? shape[0] * shape[1] : 1;
  const std::size_t in = shape[shape.rank - 2] * window, out = shape[shape.rank - 1] * window;
  return static_cast<float>(std::sqrt(6.0 / static_cast<double>(in + out)));
}

inline void initialize(const ParameterEntry& entry, Philox random, std::span<float> values) {
  if (entry.initializer != Initializer::glorot_uniform) {
    std::fill(values.begin(), values.end(), entry.initializer == Initializer::ones ? 1.0f : 0.0f);
    return;
  }
  const float limit = glorot_limit(entry.shape);
  for (std::size_t i = 0; i < values.size(); i += 4) {
    const auto block = random.block(i / 4);
    for (std::size_t k = i; k < std::min(i + 4, values.size()); ++k)
      values[k] = (2.0f * Philox::to_uniform(block[k - i]) - 1.0f) * limit;
  }
}

}  // namespace detail

/// Which part of a model parameters are drawn for, so that backbone and head differ under one seed.
enum class Part : std::uint32_t { head = 0, backbone = 1u << 16 };

/// Fresh parameters as Keras' default initializers make them: kernels glorot_uniform, biases 0, gamma and
/// variance 1, beta and mean 0.
template <LayeredNetwork Net>
std::vector<float> initial_parameters(Seed seed, Part part) {
  std::vector<float> values(graph_of<Net>.parameter_count);
  const auto& table = parameter_table<Net>();
  for (std::size_t i = 0; i < table.size(); ++i)
    detail::initialize(table[i],
                       {seed.value, static_cast<std::uint32_t>(Stream::initializer),
                        static_cast<std::uint32_t>(part) + static_cast<std::uint32_t>(i)},
                       std::span{values}.subspan(table[i].offset, table[i].shape.size()));
  return values;
}

}  // namespace graft
