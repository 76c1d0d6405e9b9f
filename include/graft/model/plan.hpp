// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/spec.hpp>
#include <graft/model/first_fit.hpp>
#include <graft/model/graph.hpp>

#include <algorithm>
#include <array>

namespace graft {

/// How a network is executed.
struct PlanMode {
  bool folded = false;    ///< batch normalisation and activation run inside the layer before them
  bool training = false;  ///< dropout drops, and every activation is kept for the backward pass

  constexpr bool operator==(const PlanMode&) const = default;
};

inline constexpr PlanMode frozen_mode{.folded = true, .training = false};
inline constexpr PlanMode inference_mode{.folded = false, .training = false};
inline constexpr PlanMode training_mode{.folded = false, .training = true};

/// Which memory a value lies in.
enum class Region { input, output, arena };

/// Where the value of a node lies: a buffer of (batch, height, width, pixel_stride) floats, and its slice of
/// it.
struct Location {
  Region region = Region::arena;
  std::size_t offset = 0;   ///< arena: floats before the buffer, for one image
  std::size_t channel = 0;  ///< first channel of the slice
  ImageLayout layout;
};

/// One kernel launch: a node, and the nodes fused into it.
struct Step {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t node = 0;
  std::size_t from = 0;            ///< node whose value it reads
  std::size_t to = 0;              ///< node whose value it writes
  std::size_t pad = none;          ///< padding fused into it
  std::size_t scale_shift = none;  ///< batch normalisation fused into it
  std::size_t activation = none;   ///< activation fused into it, or into the last step of an Add
  std::size_t slice = 0;           ///< Concatenate: channel at which the copied input begins
  bool accumulate = false;         ///< Add: onto what is there
  std::size_t factor = none;       ///< Multiply: node of the values by which it multiplies
};

/// The complete execution of a network for one image, placed in one arena.
template <std::size_t Nodes>
struct Plan {
  std::array<Step, 2 * Nodes> steps{};
  std::size_t step_count = 0;
  std::array<Location, Nodes> locations{};
  std::array<std::size_t, Nodes> inner_offset{};  ///< of the value between a layer's two stages, in the arena
  std::size_t arena_size = 0;                     ///< floats for one image
  /// Batch statistics that training keeps for the backward pass: where each node's begin, and floats of them
  /// all.
  std::array<std::size_t, Nodes> saved_offset{};
  std::size_t saved_size = 0;
  /// Training: floats of the arena before the sums of a layer that keeps them, which lie as its value does.
  std::array<std::size_t, Nodes> sum_offset{};
};

namespace detail {

template <std::size_t Nodes>
struct Planner {
  const Graph<Nodes>& graph;
  PlanMode mode;
  Plan<Nodes> plan{};
  std::array<std::size_t, Nodes> root{};     // node whose buffer holds this node's value
  std::array<std::size_t, Nodes> channel{};  // where in it
  std::array<std::size_t, Nodes> fused{};    // last node of the step that computes this node, or 0
  std::array<std::size_t, Nodes> reads{};    // by how many consumers this node has been read

  constexpr Plan<Nodes> make() {
    for (std::size_t n = 0; n < Nodes; ++n) root[n] = n;
    for (std::size_t n = 1; n < Nodes; ++n) {
      for (std::size_t i = 0; i < graph[n].input_count; ++i) ++reads[graph[n].inputs[i]];
      visit(n);
    }
    // A network that computes nothing still has to deliver its output.
    if (root[graph.output] == 0) push({.node = 0, .from = 0, .to = deliver()});
    for (std::size_t n = 0; n < Nodes; ++n) locate(n);
    place_buffers();
    return plan;
  }

 private:
  constexpr void push(Step step) { plan.steps[plan.step_count++] = step; }

  constexpr std::size_t deliver() {
    root[graph.output] = graph.output;
    return graph.output;
  }

  constexpr std::size_t only_consumer(std::size_t n) const {
    if (graph[n].consumers != 1 || n == graph.output || n + 1 >= Nodes) return Step::none;
    return graph[n + 1].input_count == 1 && graph[n + 1].inputs[0] == n ? n + 1 : Step::none;
  }

  constexpr void visit(std::size_t n) {
    if (fused[n] != 0) return;
    const Node& node = graph[n];
    const bool alias = (node.role == Role::reshape && fills_buffer(node.inputs[0])) ||
                       (node.role == Role::identity && !mode.training) || is_fused_pad(n);
    if (alias) {
      root[n] = root[node.inputs[0]];
      channel[n] = channel[node.inputs[0]];
    } else if (node.role == Role::concatenate) {
      concatenate(n);
    } else if (node.role == Role::add) {
      add(n);
    } else if (node.role == Role::multiply) {
      multiply(n);
    } else {
      compute(n);
    }
  }

  // Zeros around an image are the window's own padding to the convolution that alone reads it.
  constexpr bool is_fused_pad(std::size_t n) const {
    const std::size_t next = mode.folded && graph[n].role == Role::pad ? only_consumer(n) : Step::none;
    if (next == Step::none || graph[next].role != Role::linear) return false;
    const Window& w = graph[next].window;
    const Padding& p = graph[n].padding;
    return p.top < w.height && p.bottom < w.height && p.left < w.width && p.right < w.width;
  }

  // A layer with weights takes up the padding before it, and the batch normalisation and the activation
  // behind it; a batch normalisation that no layer has taken up, the activation.
  constexpr void compute(std::size_t n) {
    Step step{.node = n, .from = graph[n].inputs[0], .to = n};
    if (is_fused_pad(step.from)) {
      step.pad = step.from;
      step.from = graph[step.pad].inputs[0];
    }
    if (mode.folded && graph[n].role == Role::linear && graph[n].linear) {
      const std::size_t next = only_consumer(n);
      if (next != Step::none && graph[next].role == Role::scale_shift) step.to = step.scale_shift = next;
    }
    const bool scaled = graph[n].role == Role::scale_shift;
    if ((graph[n].role == Role::linear && graph[n].linear) || scaled) take_activation(step);
    for (std::size_t m = n; m <= step.to; ++m) {
      fused[m] = step.to;
      root[m] = step.to;
    }
    if (mode.training && scaled) {
      plan.saved_offset[n] = plan.saved_size;
      plan.saved_size += 2 * graph[n].output.channels();
    }
    push(step);
  }

  // In a frozen part the activation that alone reads what a step writes is computed with it.
  constexpr void take_activation(Step& step) const {
    const std::size_t next = mode.folded ? only_consumer(step.to) : Step::none;
    if (next != Step::none && graph[next].role == Role::activation) step.to = step.activation = next;
  }

  // Each branch's buffer becomes a slice of the concatenation's: no step at all. Where that cannot be (the
  // branch is the network's input, already a slice elsewhere, or flat), the value is copied.
  constexpr void concatenate(std::size_t n) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < graph[n].input_count; ++i) {
      const std::size_t branch = graph[n].inputs[i], buffer = root[branch];
      const bool whole = buffer != 0 && channel[branch] == 0 &&
                         graph[buffer].output == graph[branch].output && !flat(buffer, n);
      if (whole) {
        for (std::size_t m = 0; m < n; ++m)
          if (root[m] == buffer) {
            root[m] = n;
            channel[m] += begin;
          }
      } else {
        push({.node = n, .from = branch, .to = n, .slice = begin});
      }
      begin += graph[branch].output.channels();
    }
  }

  // Outside training the sum takes the place of one of its terms that nobody reads any more, and the others
  // are added onto it. Else the first is copied.
  constexpr void add(std::size_t n) {
    std::size_t target = Step::none;
    for (std::size_t i = 0; i < graph[n].input_count; ++i)
      if (is_free(n, i)) target = i;
    if (target != Step::none) root[n] = root[graph[n].inputs[target]];
    for (std::size_t i = 0; i < graph[n].input_count; ++i)
      if (i != target)
        push({.node = n, .from = graph[n].inputs[i], .to = n, .accumulate = target != Step::none || i > 0});
    Step& last = plan.steps[plan.step_count - 1];
    take_activation(last);
    fused[last.to] = last.to;
    root[last.to] = root[n];
  }

  // The product likewise takes the place of what is multiplied.
  constexpr void multiply(std::size_t n) {
    const std::size_t value = graph[graph[n].inputs[0]].output == graph[n].output ? 0 : 1;
    if (is_free(n, value)) root[n] = root[graph[n].inputs[value]];
    push({.node = n, .from = graph[n].inputs[value], .to = n, .factor = graph[n].inputs[1 - value]});
  }

  // Whether node n may write where its i-th input lies: in a whole buffer, of which it is the last reader and
  // only once.
  constexpr bool is_free(std::size_t n, std::size_t i) const {
    const std::size_t input = graph[n].inputs[i], buffer = root[input];
    if (mode.training || buffer == 0 || channel[input] != 0 || graph[buffer].output != graph[input].output)
      return false;
    for (std::size_t k = 0; k < graph[n].input_count; ++k)
      if (k != i && root[graph[n].inputs[k]] == buffer) return false;
    for (std::size_t m = 0; m < n; ++m)
      if (root[m] == buffer && reads[m] != graph[m].consumers) return false;
    return true;
  }

  // A Flatten needs pixels without gaps: of a slice it is a copy, and what it reads, or has copied, becomes
  // no slice.
  constexpr bool fills_buffer(std::size_t n) const {
    return graph[root[n]].output.size() == graph[n].output.size();
  }
  constexpr bool flat(std::size_t buffer, std::size_t n) const {
    for (std::size_t m = 0; m < n; ++m)
      if (root[m] == buffer &&
          contiguous(graph[m].output).pixels() != contiguous(graph[buffer].output).pixels())
        return true;
    return graph[buffer].role == Role::reshape;
  }

  constexpr void locate(std::size_t n) {
    const ImageLayout own = contiguous(graph[n].output), buffer = contiguous(graph[root[n]].output);
    plan.locations[n].layout = own;
    if (own.pixels() == buffer.pixels()) plan.locations[n].layout.pixel_stride = buffer.channels;
    plan.locations[n].channel = channel[n];
    if (root[n] == 0) plan.locations[n].region = Region::input;
    if (root[n] == root[graph.output]) plan.locations[n].region = Region::output;
  }

  // First fit over the buffers' lifetimes, counted in steps.
  constexpr void place_buffers() {
    constexpr std::size_t inner = Nodes;  // inner + n: the value between the stages of node n
    std::array<BufferLife, 2 * Nodes> lives{};
    std::array<std::size_t, 2 * Nodes> order{}, offset{};
    std::array<bool, Nodes> placed{};
    std::size_t buffers = 0;
    for (std::size_t s = 0; s < plan.step_count; ++s) {
      const Step& step = plan.steps[s];
      const std::size_t to = root[step.to], n = step.node;
      lives[root[step.from]].last = s;
      if (step.factor != Step::none) lives[root[step.factor]].last = s;
      if (plan.locations[to].region == Region::arena && !placed[to]) {
        placed[to] = true;
        order[buffers++] = to;
        lives[to] = {s, s, graph[to].output.size()};
      }
      if (lives[to].last < s) lives[to].last = s;
      if (graph[n].inner.rank > 0) {
        order[buffers++] = inner + n;
        lives[inner + n] = {s, s, graph[n].inner.size()};
      }
    }
    FirstFit<2 * Nodes> arena;
    for (std::size_t b = 0; b < buffers; ++b) offset[order[b]] = arena.place(lives[order[b]], mode.training);
    for (std::size_t n = 0; n < Nodes; ++n) {
      plan.locations[n].offset = offset[root[n]];
      plan.inner_offset[n] = offset[inner + n];
      if (mode.training && graph[n].keeps_sum)
        plan.sum_offset[n] = arena.place({0, 0, graph[root[n]].output.size()}, true);
    }
    plan.arena_size = arena.arena_size;
  }
};

}  // namespace detail

/// The plan of a network in a mode.
template <LayeredNetwork Net, PlanMode Mode>
inline constexpr auto plan_of = detail::Planner<graph_of<Net>.size>{graph_of<Net>, Mode}.make();

}  // namespace graft
