// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/execution.hpp>

#include <cstdint>
#include <span>

namespace graft::detail {

/// What the backward pass does with the gradients of a node's parameters: it writes them to `begin`, then
/// calls `end`; a Dense hands over its factors instead. This one keeps them all.
template <Backend B>
struct KeepGradients {
  float* gradients;  // as the parameters

  float* begin(const Node& node) const { return gradients + node.parameter_offset; }
  void end(typename B::Context&, const Node&) const {}

  /// x (batch, inputs), dy (batch, units)
  template <DenseSpec S, class Act, bool IsAhead>
  void dense(typename B::Context& context, const Node& node, bool bias, std::size_t batch, const float* x,
             const float* dy) const {
    float* dkernel = begin(node);
    B::template dense_backward_kernel<S>(context, batch, x, dy, dkernel,
                                         bias ? dkernel + S.inputs * S.units : nullptr);
  }
};

/// An Optimizer moves a node's parameters as soon as their gradients are known, while the caches still hold
/// them; no more is stored than the gradients of one node, and of a Dense none at all. What rule the
/// optimizer picks is asked for each node, so that only updates, not the whole backward pass, are compiled
/// for each.
template <Backend B, class O>
struct UpdateParameters {
  std::span<const O> optimizers;
  std::span<const std::size_t> optimizer_of_node;  // which of them moves each node's parameters
  std::uint64_t step;                              // from 1
  ParameterPointer<float> parameters;
  float* slots;  // (slot_count of the optimizers, slot_stride), each as the parameters
  std::size_t slot_stride;
  float* gradients;  // of one node
  DenseAhead ahead;  // what the Dense at node_ahead computes of the batch to come

  // Those that the rule does not use stay null, and have no memory.
  template <class Rule>
  OptimizerSlots slots_at(const Rule& rule, std::size_t offset) const {
    OptimizerSlots at{};
    for (std::size_t k = 0, used = 0; k < Rule::slots; ++k) {
      if constexpr (requires { rule.uses_slot(k); })
        if (!rule.uses_slot(k)) continue;
      at[k] = slots + used++ * slot_stride + offset;
    }
    return at;
  }

  template <class Update>
  void visit_rule(const Node& node, Update&& update) const {
    optimizers[optimizer_of_node[node.index]].visit_rule(step, update);
  }

  float* begin(const Node&) const { return gradients; }
  void end(typename B::Context& context, const Node& node) const {
    visit_rule(node, [&]<class Rule>(const Rule& rule) {
      B::update(context, rule, node.trainable_size, parameters.at(node.parameter_offset), gradients,
                slots_at(rule, node.parameter_offset));
    });
  }

  template <DenseSpec S, class Act, bool IsAhead>
  void dense(typename B::Context& context, const Node& node, bool bias, std::size_t batch, const float* x,
             const float* dy) const {
    const std::size_t kernel_at = node.parameter_offset, bias_at = kernel_at + S.inputs * S.units;
    visit_rule(node, [&]<class Rule>(const Rule& rule) {
      B::template dense_update<S, Act>(context, rule, batch, x, dy, parameters.at(kernel_at),
                                       slots_at(rule, kernel_at), bias ? parameters.at(bias_at) : nullptr,
                                       slots_at(rule, bias_at), IsAhead ? ahead : DenseAhead{});
    });
  }
};

/// Floats that UpdateParameters needs for gradients: those of the largest node that is no Dense.
template <LayeredNetwork Net>
inline constexpr std::size_t largest_gradient = [] {
  std::size_t largest = 0;
  for (const Node& node : graph_of<Net>.nodes)
    if (!is_dense(node) && node.trainable_size > largest) largest = node.trainable_size;
  return largest;
}();

}  // namespace graft::detail
