// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/extractor.hpp>

#include <chrono>

namespace graft {

namespace detail {

/// Where a frozen network has the value of a layer while it is executed: at its node, after that many steps.
/// A value inside a fusion is never written: `fused_into` is then the node that ends the fusion, else 0.
struct ValueSite {
  std::size_t node = 0, steps = 0, fused_into = 0;
};

template <LayeredNetwork Net, fixed_string Name>
inline constexpr ValueSite value_site = [] {
  constexpr auto& graph = graph_of<Net>;
  constexpr auto& plan = plan_of<Net, frozen_mode>;
  ValueSite site;
  for (std::size_t n = 1; n < graph.size; ++n)
    if (graph[n].ordinal == Node::no_ordinal && Name.view() == graph[n].label) site.node = n;
  for (std::size_t i = 0; i < plan.step_count; ++i) {
    const Step& step = plan.steps[i];
    const std::size_t first = step.pad == Step::none ? step.node : step.pad;
    if (step.to <= site.node)
      site.steps = i + 1;  // steps are in the order of the nodes that they write
    else if (first <= site.node)
      site.fused_into = step.to;
  }
  return site;
}();

/// The sites of several layers, and how many steps it takes to get to all of them.
template <LayeredNetwork Net, fixed_string... Names>
struct ValueSites {
  static constexpr std::size_t count = sizeof...(Names);
  static constexpr std::array<ValueSite, count> at{value_site<Net, Names>...};
  static constexpr std::size_t steps = std::max({value_site<Net, Names>.steps...});
};

template <LayeredNetwork Net, std::size_t N>
inline constexpr auto label_of = [] {
  constexpr std::string_view label = graph_of<Net>.nodes[N].label;
  fixed_string<label.size() + 1> text;
  std::copy(label.begin(), label.end(), text.text);
  return text;
}();

/// The network has the layer, as Until sees to, and frozen execution writes its value.
template <LayeredNetwork Net, fixed_string Name>
constexpr bool check_value() {
  using part = typename Net::template Until<Name>;
  constexpr ValueSite site = value_site<Net, Name>;
  static_assert(site.node != 0 || !Cut<Name, typename Net::layers>::found,
                "graft: cut \"name\": expected the name of a layer, received that of a composition");
  if constexpr (site.fused_into != 0)
    static_assert(
        never<Received<text_of<Name>>, Expected<text_of<label_of<Net, site.fused_into>>>>,
        "graft: cut \"name\": the layer is computed in one step with the one behind it: cut behind that");
  return std::is_class_v<part>;
}

/// Copies the value of a node to where its pixels have no gaps. // (batch, output shape of the node)
template <LayeredNetwork Net, std::size_t N, Backend B>
void copy_value(const Frame<B>& f, float* to) {
  constexpr Location location = plan_of<Net, frozen_mode>.locations[N];
  constexpr ElementwiseSpec spec{location.layout, contiguous(graph_of<Net>.nodes[N].output)};
  B::template activation<spec, Linear>(
      f.context, f.batch, address<const float*>(location, f.batch, f.input, f.output, f.arena), to);
}

}  // namespace detail

template <LayeredNetwork Net, Backend B>
template <fixed_string... Names>
void Extractor<Net, B>::run_cuts(typename B::Context& context, std::size_t batch, const float* x,
                                 float* arena, float* y, const std::array<float*, sizeof...(Names)>& values,
                                 std::span<double> seconds) const {
  static_assert((detail::check_value<Net, Names>() && ...));
  using Sites = detail::ValueSites<Net, Names...>;
  require_weights();
  execute_batch(context, batch, x, arena, y, [&](const auto& frame, std::size_t first, std::size_t slot) {
    double passed = 0;
    auto start = std::chrono::steady_clock::now();
    const auto deliver = [&]<std::size_t Steps>() {
      detail::for_each_index<Sites::count>([&]<std::size_t K>() {
        if constexpr (Sites::at[K].steps == Steps) {
          constexpr std::size_t size = graph_of<Net>.nodes[Sites::at[K].node].output.size();
          passed += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
          seconds[slot * Sites::count + K] += passed;
          detail::copy_value<Net, Sites::at[K].node>(frame, values[K] + first * size);
          start = std::chrono::steady_clock::now();
        }
      });
    };
    deliver.template operator()<0>();
    detail::for_each_index<Sites::steps>([&]<std::size_t I>() {
      detail::ForwardStep<Net, frozen_mode, B, I>::run(frame);
      deliver.template operator()<I + 1>();
    });
  });
}

}  // namespace graft
