// SPDX-License-Identifier: MIT
// A plan carried out with labels in place of numbers: every float of every value has its own label, and each
// step reads, where the plan says, exactly the labels that it should, or two live values have overlapped.
#pragma once

#include <graft/model/plan.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace graft::test {

class PlanSimulation {
 public:
  template <std::size_t Nodes>
  PlanSimulation(const Graph<Nodes>& graph, const Plan<Nodes>& plan, PlanMode mode)
      : nodes_{graph.nodes.begin(), graph.nodes.end()},
        locations_{plan.locations.begin(), plan.locations.end()},
        inner_offsets_{plan.inner_offset.begin(), plan.inner_offset.end()},
        steps_{plan.steps.begin(), plan.steps.begin() + plan.step_count},
        mode_{mode} {
    label_values();
    memory_[0].assign(graph[0].output.size(), nothing);
    memory_[1].assign(graph[graph.output].output.size(), nothing);
    memory_[2].assign(plan.arena_size, nothing);
    write(0, 0, values_[0]);
    for (const Step& step : steps_) execute(step);
    expect(graph.output, "after the last step");
    if (locations_[graph.output].region != Region::output) fail(graph.output, "is not in the output");
    // The backward pass reads what every step of the training pass read and wrote.
    if (mode.training)
      for (const Step& step : steps_) {
        expect(step.from, "for the backward pass");
        if (step.factor != Step::none) expect(step.factor, "for the backward pass");
        if (step.slice == 0) expect(step.to, "for the backward pass");
        expect_inner(step.node, "for the backward pass");
      }
  }

  /// What went wrong first; empty if nothing did.
  const std::string& error() const { return error_; }

 private:
  using Label = std::int64_t;
  static constexpr Label nothing = -1;

  void label_values() {
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      const Node& node = nodes_[n];
      std::vector<Label> labels(node.output.size());
      for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<Label>(n << 32 | i);
      if (node.role == Role::reshape || (node.role == Role::identity && !mode_.training))
        labels = values_[node.inputs[0]];
      if (node.role == Role::concatenate) {
        const std::size_t all = node.output.channels();
        for (std::size_t k = 0, begin = 0; k < node.input_count; ++k) {
          const std::size_t channels = nodes_[node.inputs[k]].output.channels();
          for (std::size_t pixel = 0; pixel < labels.size() / all; ++pixel)
            for (std::size_t c = 0; c < channels; ++c)
              labels[pixel * all + begin + c] = values_[node.inputs[k]][pixel * channels + c];
          begin += channels;
        }
      }
      values_.push_back(std::move(labels));
    }
  }

  // Calls f(label, cell) for every float of a value where it lies, `slice` channels further.
  template <class F>
  void for_each_cell(std::size_t n, std::size_t slice, const std::vector<Label>& labels, F&& f) {
    const Location& at = locations_[n];
    auto& memory = memory_[at.region == Region::input ? 0 : at.region == Region::output ? 1 : 2];
    const std::size_t offset = at.region == Region::arena ? at.offset : 0;
    const std::size_t channels = labels.size() / at.layout.pixels();
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const std::size_t cell =
          offset + i / channels * at.layout.pixel_stride + at.channel + slice + i % channels;
      if (cell >= memory.size()) return fail(n, "lies outside its memory");
      f(labels[i], memory[cell]);
    }
  }

  void write(std::size_t n, std::size_t slice, const std::vector<Label>& labels) {
    for_each_cell(n, slice, labels, [](Label label, Label& cell) { cell = label; });
  }
  void expect(std::size_t n, const char* when) {
    bool intact = true;
    for_each_cell(n, 0, values_[n], [&](Label label, Label cell) { intact = intact && label == cell; });
    if (!intact) fail(n, std::string{"is not intact "} + when);
  }

  void execute(const Step& step) {
    expect(step.from, "when it is read");
    if (step.factor != Step::none) expect(step.factor, "when it is read");
    if (nodes_[step.node].role == Role::add) return add(step);
    write_inner(step.node);
    const bool copies = nodes_[step.node].role == Role::concatenate;
    write(step.to, step.slice, values_[copies ? step.from : step.to]);
    if (nodes_[step.node].role ==
        Role::multiply) {  // value by value in place of what it multiplies, or elsewhere
      if (!same_place(step.from, step.to)) expect(step.from, "while it is read");
      return expect(step.factor, "while it is read");
    }
    expect(step.from, "while it is read");
    expect_inner(step.node, "while it is read");
  }

  // The value between two stages has labels of its own, too.
  static Label inner_label(std::size_t n, std::size_t i) {
    return static_cast<Label>(n << 32 | std::size_t{1} << 31 | i);
  }
  template <class F>
  void for_each_inner(std::size_t n, F&& f) {
    if (nodes_[n].inner.rank == 0) return;
    for (std::size_t i = 0; i < nodes_[n].inner.size(); ++i) {
      if (inner_offsets_[n] + i >= memory_[2].size())
        return fail(n, "has a value between its stages outside its memory");
      f(inner_label(n, i), memory_[2][inner_offsets_[n] + i]);
    }
  }
  void write_inner(std::size_t n) {
    for_each_inner(n, [](Label label, Label& cell) { cell = label; });
  }
  void expect_inner(std::size_t n, const char* when) {
    bool intact = true;
    for_each_inner(n, [&](Label label, Label cell) { intact = intact && label == cell; });
    if (!intact) fail(n, std::string{"has a value between its stages that is not intact "} + when);
  }

  bool same_place(std::size_t a, std::size_t b) const {
    const Location &x = locations_[a], &y = locations_[b];
    return x.region == y.region && x.offset == y.offset && x.channel == y.channel && x.layout == y.layout;
  }

  // Sums in the making have labels of their own: those of the first term, then negative numbers.
  void add(const Step& step) {
    const Node& node = nodes_[step.node];
    const auto is_ours = [&](const Step& other) { return other.node == step.node; };
    const auto first = std::find_if(steps_.begin(), steps_.end(), is_ours);
    const auto terms = static_cast<std::size_t>(std::count_if(steps_.begin(), steps_.end(), is_ours));
    const auto done = static_cast<std::size_t>(&step - &*first);  // its steps follow each other
    std::vector<Label> before;
    if (done > 0) {
      before.assign(node.output.size(), -1 - static_cast<Label>(done));
    } else if (step.accumulate) {  // in place of the term that no step reads
      for (std::size_t i = 0; i < node.input_count; ++i)
        if (std::none_of(first, first + static_cast<std::ptrdiff_t>(terms),
                         [&](const Step& other) { return other.from == node.inputs[i]; }))
          before = values_[node.inputs[i]];
    }
    if (terms + (first->accumulate ? 1 : 0) != node.input_count) fail(step.node, "has not all of its terms");
    bool intact = true;
    if (!before.empty())
      for_each_cell(step.to, 0, before, [&](Label label, Label cell) { intact = intact && label == cell; });
    if (!intact) fail(step.node, "is added onto something else");
    write(step.to, 0,
          done + 1 == terms ? values_[step.to]
                            : std::vector<Label>(node.output.size(), -2 - static_cast<Label>(done)));
    expect(step.from, "while it is read");
  }

  void fail(std::size_t n, const std::string& what) {
    if (error_.empty()) error_ = nodes_[n].name() + " " + what;
  }

  std::vector<Node> nodes_;
  std::vector<Location> locations_;
  std::vector<std::size_t> inner_offsets_;
  std::vector<Step> steps_;
  PlanMode mode_;
  std::vector<std::vector<Label>> values_;  // of each node: the labels of its output
  std::vector<Label> memory_[3];            // input, output, arena
  std::string error_;
};

/// The first error of a network's plan in a mode.
template <LayeredNetwork Net, PlanMode Mode>
std::string plan_error() {
  return PlanSimulation{graph_of<Net>, plan_of<Net, Mode>, Mode}.error();
}

/// Of its plans in all modes.
template <LayeredNetwork Net>
std::string plan_errors() {
  std::string errors;
  for (const auto& [mode, error] : {std::pair{"frozen", plan_error<Net, frozen_mode>()},
                                    std::pair{"inference", plan_error<Net, inference_mode>()},
                                    std::pair{"training", plan_error<Net, training_mode>()}})
    if (!error.empty()) errors += std::string{mode} + ": " + error + "; ";
  return errors;
}

}  // namespace graft::test
