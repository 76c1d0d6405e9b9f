// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/keras_order.hpp>
#include <graft/model/parameters.hpp>
#include <graft/weights/keras_config.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace graft::detail {

/// A network as files describe it, at run time: up to a node behind which it may be cut.
struct NetworkLayers {
  std::span<const Node> nodes;
  std::span<const Describe> describers;
  const std::vector<ParameterEntry>* parameters = nullptr;
  std::size_t output = 0;

  /// The nodes in the order of Keras' model.layers.
  std::vector<std::size_t> order() const { return keras_order(nodes, output); }
};

template <LayeredNetwork Net>
NetworkLayers network_layers() {
  return {graph_of<Net>.nodes, describers<Net>(), &parameter_table<Net>(), graph_of<Net>.output};
}

}  // namespace graft::detail
