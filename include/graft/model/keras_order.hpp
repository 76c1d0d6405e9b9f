// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/sort_by.hpp>
#include <graft/model/graph.hpp>

#include <algorithm>
#include <span>
#include <vector>

namespace graft {

/// The nodes of a graph in the order of Keras' model.layers, the input first: by depth, where a layer is as
/// deep as the longest path from it to the output, and among equals by the order in which a depth-first walk
/// from the output, inputs in call order, first enters them. Weight files without usable names are read in
/// this order. Source: keras_spec A4 (Keras' map_graph_network).
inline std::vector<std::size_t> keras_order(std::span<const Node> graph, std::size_t output) {
  constexpr std::size_t unseen = Node::no_ordinal;
  std::vector<std::size_t> entered(graph.size(), unseen), finished, depth(graph.size(), 0);
  std::size_t counter = 0;
  const auto walk = [&](const auto& self, std::size_t n) -> void {
    entered[n] = counter++;
    for (std::size_t i = 0; i < graph[n].input_count; ++i)
      if (entered[graph[n].inputs[i]] == unseen) self(self, graph[n].inputs[i]);
    finished.push_back(n);
  };
  walk(walk, output);
  for (auto n = finished.rbegin(); n != finished.rend(); ++n)
    for (std::size_t i = 0; i < graph[*n].input_count; ++i) {
      std::size_t& parent = depth[graph[*n].inputs[i]];
      parent = std::max(parent, depth[*n] + 1);
    }
  detail::sort_by(finished, [&](std::size_t n) { return std::pair{finished.size() - depth[n], entered[n]}; });
  return finished;
}

template <std::size_t Nodes>
std::vector<std::size_t> keras_order(const Graph<Nodes>& graph) {
  return keras_order(graph.nodes, graph.output);
}

}  // namespace graft
