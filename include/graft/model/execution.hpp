// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/backend.hpp>
#include <graft/core/for_each_index.hpp>
#include <graft/model/parameter_pointer.hpp>
#include <graft/model/plan.hpp>

#include <cstdint>

namespace graft::detail {

/// Everything that changes from call to call while a network is executed: memory of the backend, all opaque.
template <Backend B>
struct Frame {
  typename B::Context& context;
  std::size_t batch;
  const float* input;                         // (batch, input shape)
  float* output;                              // (batch, output shape)
  float* arena;                               // (batch, plan's arena)
  ParameterPointer<const float> parameters;   // prepared if folded, else the parameters themselves
  ParameterPointer<float> trained = nullptr;  // training: the parameters again, for the moving statistics
  float* saved = nullptr;                     // training: batch statistics for the backward pass
  Seed dropout{};                             // training: what this step's masks are drawn from
  const float* ahead = nullptr;  // training: (batch, units) of the Dense at node_ahead, if already computed
  const float* originals = nullptr;  // folded, on a backend that reads host memory: as they were loaded
};

/// Backend memory that holds the gradients of a frame's values.
struct GradientFrame {
  float* output;  // (batch, output shape): given, and overwritten
  float* arena;   // (batch, plan's arena)
};

/// A fully connected layer, of which the backward pass hands over the factors of a gradient.
constexpr bool is_dense(const Node& node) { return node.keras_class == "Dense"; }

/// The first Dense that reads the network's input: what it computes depends on no parameters but its own, and
/// can be computed as soon as they have moved. Step::none where there is no such layer.
template <LayeredNetwork Net>
inline constexpr std::size_t node_ahead = [] {
  constexpr auto& plan = plan_of<Net, training_mode>;
  for (std::size_t i = 0; i < plan.step_count; ++i) {
    const Step& step = plan.steps[i];
    if (is_dense(graph_of<Net>.nodes[step.node]) && plan.locations[step.from].region == Region::input)
      return step.node;
  }
  return Step::none;
}();

/// Where a value lies, for a batch of so many images.
template <class Pointer>
Pointer address(const Location& location, std::size_t batch, Pointer input, Pointer output, Pointer arena) {
  if (location.region == Region::input) return input + location.channel;
  if (location.region == Region::output) return output + location.channel;
  return arena + batch * location.offset + location.channel;
}

/// Step I of a network's plan: what it computes, and where it reads and writes. All compile-time.
template <LayeredNetwork Net, PlanMode Mode, std::size_t I>
struct Site {
  static constexpr auto& graph = graph_of<Net>;
  static constexpr auto& plan = plan_of<Net, Mode>;
  static constexpr Step step = plan.steps[I];
  static constexpr Node node = graph.nodes[step.node];
  using layer = type_at<step.node, node_types<Net>>;

  template <std::size_t Node>
  static constexpr auto activation_at() {
    if constexpr (Node == Step::none)
      return std::type_identity<typename layer::activation>{};
    else
      return std::type_identity<typename type_at<Node, node_types<Net>>::activation>{};
  }
  using activation = typename decltype(activation_at<step.activation>())::type;
  /// Training keeps the sums before an activation that is derived from them: the activation is then applied
  /// by itself.
  static constexpr bool keeps_sum = Mode.training && node.keeps_sum;
  using kernel_activation = std::conditional_t<keeps_sum, Linear, activation>;

  static constexpr Location from = [] {
    Location location = plan.locations[step.from];
    if (node.role == Role::input) location.region = Region::input;  // also where that is the output
    return location;
  }();
  static constexpr Location factor = plan.locations[step.factor == Step::none ? step.from : step.factor];
  static constexpr Location to = [] {
    Location location = plan.locations[step.to];
    location.channel += step.slice;
    if (node.role == Role::concatenate) location.layout.channels = plan.locations[step.from].layout.channels;
    return location;
  }();
  static constexpr ImageLayout input = from.layout;
  static constexpr ImageLayout output = to.layout;
  static constexpr bool has_inner = node.inner.rank > 0;
  static constexpr ImageLayout inner = contiguous(node.inner);
  static constexpr Window window = [] {
    Window whole = node.window;
    if (step.pad != Step::none) {
      whole.pad_top += graph[step.pad].padding.top;
      whole.pad_left += graph[step.pad].padding.left;
    }
    return whole;
  }();
  static constexpr bool reads_network_input = from.region == Region::input;

  /// The value between the layer's two stages.
  static float* inner_at(std::size_t batch, float* arena) {
    return arena + batch * plan.inner_offset[step.node];
  }
  template <class F>
  static const float* x(const F& f) {
    return address<const float*>(from, f.batch, f.input, f.output, f.arena);
  }
  template <class F>
  static float* y(const F& f) {
    return address<float*>(to, f.batch, nullptr, f.output, f.arena);
  }
  /// Where a layer with weights writes: its value, or the sums that it keeps.
  template <class F>
  static float* sum(const F& f) {
    if constexpr (keeps_sum)
      return f.arena + f.batch * plan.sum_offset[step.node] + to.channel;
    else
      return y(f);
  }
};

}  // namespace graft::detail
