// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/diagnostic.hpp>
#include <graft/onnx/onnx_layers.hpp>

namespace graft::detail {

/// How a layer is written: its overload of `append_onnx`.
template <class L>
std::string append_onnx_as(const OnnxLayer& at) {
  if constexpr (requires { append_onnx(L{}, at); })
    return append_onnx(L{}, at);
  else
    static_assert(never<Received<L>>, "graft: export_onnx: this layer has no append_onnx(layer, OnnxLayer)");
}

using AppendOnnx = std::string (*)(const OnnxLayer&);

/// Appends a network that reads the value `input`; returns the value that it makes. A layer's value has the
/// layer's name, and a number behind it where a layer before has the same.
inline std::string append_network(OnnxGraph& graph, std::span<const Node> nodes, std::size_t output,
                                  std::span<const AppendOnnx> appenders,
                                  const std::vector<ParameterEntry>& table, std::span<const float> parameters,
                                  const std::string& input) {
  std::vector<std::string> values(nodes.size());
  for (std::size_t n = 0, entry = 0; n < nodes.size(); ++n) {
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < nodes[n].input_count; ++i) inputs.push_back(values[nodes[n].inputs[i]]);
    if (n == 0) inputs.push_back(input);
    const std::string name = n == 0 ? input : graph.unique(nodes[n].name());
    const std::size_t before = graph.node_count();
    values[n] = appenders[n]({graph, name, nodes[n], std::move(inputs),
                              std::span{table}.subspan(entry, nodes[n].parameters), parameters});
    if (graph.node_count() > before) values[n] = graph.rename_last(name);
    entry += nodes[n].parameters;
  }
  return values[output];
}

template <LayeredNetwork Net>
std::string append_network(OnnxGraph& graph, std::span<const float> parameters, const std::string& input) {
  static constexpr auto appenders = []<class... L>(TypeList<L...>) {
    return std::array<AppendOnnx, sizeof...(L)>{&append_onnx_as<L>...};
  }(node_types<Net>{});
  return append_network(graph, graph_of<Net>.nodes, graph_of<Net>.output, appenders, parameter_table<Net>(),
                        parameters, input);
}

}  // namespace graft::detail
