// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/diagnostic.hpp>
#include <graft/onnx/onnx_layers.hpp>

namespace graft::detail {

/// A layer with an overload of `append_onnx`, and its activation with one of `append_activation`.
template <class L>
concept OnnxWritable = requires(const OnnxLayer& at) {
  { append_onnx(L{}, at) } -> std::convertible_to<std::string>;
  { append_activation(typename L::activation{}, at, at.input()) } -> std::convertible_to<std::string>;
};

/// The index of the first layer that is not writable, or the number of layers.
template <class... L>
constexpr std::size_t first_not_writable(TypeList<L...>) {
  constexpr bool writable[] = {OnnxWritable<L>...};
  std::size_t i = 0;
  while (i < sizeof...(L) && writable[i]) ++i;
  return i;
}

template <class L>
std::string append_onnx_as(const OnnxLayer& at) {
  return append_onnx(L{}, at);
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
  using types = node_types<Net>;
  constexpr std::size_t bad = first_not_writable(types{});
  if constexpr (bad < types::size) {
    static_assert(
        never<Received<type_at<bad, types>>>,
        "graft: export_onnx: this layer has no append_onnx, or its activation no append_activation");
    return input;
  } else {
    static constexpr auto appenders = []<class... L>(TypeList<L...>) {
      return std::array<AppendOnnx, sizeof...(L)>{&append_onnx_as<L>...};
    }(types{});
    return append_network(graph, graph_of<Net>.nodes, graph_of<Net>.output, appenders, parameter_table<Net>(),
                          parameters, input);
  }
}

}  // namespace graft::detail
