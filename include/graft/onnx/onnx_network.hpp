// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/diagnostic.hpp>
#include <graft/model/prepare.hpp>
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

/// How one node of a network is written, without its type.
struct OnnxStep {
  std::string (*append)(const OnnxLayer&);
  StoredNormalization
      followed{};       ///< the batch normalisation that is folded into this layer, the one before it
  bool folded = false;  ///< this is the batch normalisation
};

template <LayeredNetwork Net>
using OnnxSteps = std::array<OnnxStep, graph_of<Net>.size>;

template <LayeredNetwork Net, PlanMode Mode, std::size_t I>
constexpr void fold_onnx_step(OnnxSteps<Net>& steps) {
  constexpr Step step = plan_of<Net, Mode>.steps[I];
  if constexpr (step.scale_shift != Step::none) {
    steps[step.node].followed = normalization_at<Net, step.scale_shift>();
    steps[step.scale_shift].folded = true;
  }
}

/// The nodes of a network as `predict` executes it in this mode.
template <LayeredNetwork Net, PlanMode Mode, class... L>
constexpr OnnxSteps<Net> onnx_steps(TypeList<L...>) {
  OnnxSteps<Net> steps{OnnxStep{[](const OnnxLayer& at) -> std::string { return append_onnx(L{}, at); }}...};
  for_each_index<plan_of<Net, Mode>.step_count>(
      [&]<std::size_t I>() { fold_onnx_step<Net, Mode, I>(steps); });
  return steps;
}

/// The parameters of a layer into which a batch normalisation is folded: the kernel changed, a bias behind
/// it.
struct FoldedParameters {
  std::vector<ParameterEntry> entries;
  std::vector<float> values;

  FoldedParameters(std::span<const ParameterEntry> own, std::span<const float> parameters,
                   const ScaleShift& by)
      : entries{own.begin(), own.end()} {
    ParameterEntry bias = entries.back();
    const float* own_bias = nullptr;
    if (bias.name == "bias") {
      own_bias = parameters.data() + bias.offset;
      entries.pop_back();
    }
    const std::size_t first = entries.front().offset, kernel = entries.back().offset;
    const auto [weights, shift] = fold(parameters.subspan(kernel, entries.back().shape.size()), own_bias, by);
    const auto before = parameters.subspan(first, kernel - first);  // a first stage's kernel
    values.assign(before.begin(), before.end());
    values.insert(values.end(), weights.begin(), weights.end());
    values.insert(values.end(), shift.begin(), shift.end());
    bias.name = "bias";
    bias.shape = Shape{shift.size()};
    bias.offset = kernel + weights.size();
    entries.push_back(std::move(bias));
    for (ParameterEntry& entry : entries) entry.offset -= first;
  }
};

/// Appends a network that reads the value `input`; returns the value that it makes. A layer's value has the
/// layer's name, and a number behind it where a layer before has the same.
inline std::string append_network(OnnxGraph& graph, std::span<const Node> nodes, std::size_t output,
                                  std::span<const OnnxStep> steps, const std::vector<ParameterEntry>& table,
                                  std::span<const float> parameters, const std::string& input) {
  std::vector<std::string> values(nodes.size());
  for (std::size_t n = 0, entry = 0; n < nodes.size(); entry += nodes[n++].parameters) {
    const std::string name = n == 0 ? input : graph.unique(nodes[n].name());
    if (steps[n].folded) {  // the layer before it computes its value
      values[n] = graph.rename_last(name);
      continue;
    }
    std::vector<std::string> inputs;
    for (std::size_t i = 0; i < nodes[n].input_count; ++i) inputs.push_back(values[nodes[n].inputs[i]]);
    if (n == 0) inputs.push_back(input);
    const std::size_t before = graph.node_count();
    const auto own = std::span{table}.subspan(entry, nodes[n].parameters);
    if (steps[n].followed) {
      const FoldedParameters folded{own, parameters,
                                    steps[n].followed(parameters, nodes[n].output.channels())};
      values[n] = steps[n].append({graph, name, nodes[n], std::move(inputs), folded.entries, folded.values});
    } else {
      values[n] = steps[n].append({graph, name, nodes[n], std::move(inputs), own, parameters});
    }
    if (graph.node_count() > before) values[n] = graph.rename_last(name);
  }
  return values[output];
}

template <LayeredNetwork Net, PlanMode Mode>
std::string append_network(OnnxGraph& graph, std::span<const float> parameters, const std::string& input) {
  using types = node_types<Net>;
  constexpr std::size_t bad = first_not_writable(types{});
  if constexpr (bad < types::size) {
    static_assert(
        never<Received<type_at<bad, types>>>,
        "graft: export_onnx: this layer has no append_onnx, or its activation no append_activation");
    return input;
  } else {
    static constexpr OnnxSteps<Net> steps = onnx_steps<Net, Mode>(types{});
    return append_network(graph, graph_of<Net>.nodes, graph_of<Net>.output, steps, parameter_table<Net>(),
                          parameters, input);
  }
}

}  // namespace graft::detail
