// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/keras_order.hpp>
#include <graft/model/model.hpp>
#include <graft/model/summary_table.hpp>

namespace graft {

namespace detail {

inline std::string none_shape(const Shape& shape) {
  std::string text = "(None";
  for (std::size_t i = 0; i < shape.rank; ++i) text += ", " + std::to_string(shape[i]);
  return text + ")";
}

/// The rows of a network in Keras' order. `source` is the layer that feeds the network, or empty for an
/// InputLayer row.
template <LayeredNetwork Net>
void append_rows(std::vector<SummaryRow>& rows, const std::string& source) {
  constexpr auto& graph = graph_of<Net>;
  for (const std::size_t n : keras_order(graph)) {
    const Node& node = graph[n];
    if (n == 0) {
      if (source.empty())
        rows.push_back({node.name() + " (InputLayer)", "[" + none_shape(node.output) + "]", 0, {}});
      continue;
    }
    SummaryRow row{node.name() + " (" + std::string{node.keras_class} + ")",
                   none_shape(node.output),
                   node.parameter_size,
                   {}};
    for (std::size_t i = 0; i < node.input_count; ++i) {
      const std::size_t from = node.inputs[i];
      row.connected_to.push_back((from == 0 && !source.empty() ? source : graph[from].name()) + "[0][0]");
    }
    rows.push_back(std::move(row));
  }
}

}  // namespace detail

template <class Base, class Head, Backend B>
std::string Model<Base, Head, B>::summary() const {
  std::vector<SummaryRow> rows;
  if constexpr (has_backbone) {
    using Net = typename extractor_type::network;
    detail::append_rows<Net>(rows, "");
    detail::append_rows<head_network>(rows, graph_of<Net>.nodes[graph_of<Net>.output].name());
  } else {
    detail::append_rows<head_network>(rows, "");
  }
  return summary_table("model", rows, trainable_parameter_count, parameter_count - trainable_parameter_count);
}

}  // namespace graft
