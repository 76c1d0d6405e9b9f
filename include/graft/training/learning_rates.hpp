// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/number_text.hpp>
#include <graft/model/graph.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace graft {

/// The learning rate of a layer and of all that lead to it.
struct LayerRate {
  std::string through;  ///< a layer that is trained: "mixed7", "dense_1"
  float learning_rate;
};

/// Learning rates from layer to layer, in the order of the network: {{"mixed6", 1e-6f}, {"mixed7", 1e-5f}} is
/// one rate through mixed6 and another one from there through mixed7. What lies behind the last layer has the
/// optimizer's own.
using LearningRates = std::vector<LayerRate>;

namespace detail {

inline std::string trained_names(std::span<const Node> nodes) {
  constexpr std::size_t most = 12;
  std::string names;
  for (std::size_t n = 1; n < nodes.size() && n <= most; ++n) names += (n > 1 ? ", " : "") + nodes[n].name();
  if (nodes.size() - 1 > most) names += ", … (" + std::to_string(nodes.size() - 1) + " in all)";
  return names;
}

/// For each node of a graph, its learning rate's place in `rates`, counted from 1; 0 is the optimizer's own.
/// Throws Error for a layer that is not there, one that an earlier entry covers, and a rate that is none.
inline std::vector<std::size_t> rate_of_nodes(std::span<const Node> nodes, const LearningRates& rates) {
  std::vector<std::size_t> rate_of(nodes.size(), 0);
  for (std::size_t r = 0; r < rates.size(); ++r) {
    const std::string subject = "learning rate of \"" + rates[r].through + "\"";
    if (!(std::isfinite(rates[r].learning_rate) && rates[r].learning_rate >= 0.0f))
      throw Error{
          expected_received(subject, "a number of at least 0", std::to_string(rates[r].learning_rate))};
    const auto last = std::find_if(nodes.begin() + 1, nodes.end(),
                                   [&](const Node& node) { return node.name() == rates[r].through; });
    if (last == nodes.end())
      throw Error{expected_received(subject, "a layer that is trained, one of " + trained_names(nodes),
                                    "a name that none of them has")};
    if (rate_of[last->index] != 0)
      throw Error{expected_received(subject, "a layer behind those that have a rate already",
                                    "one that leads to \"" + rates[rate_of[last->index] - 1].through + "\"")};
    // A layer comes after all that it reads.
    std::vector<bool> leads(nodes.size(), false);
    leads[last->index] = true;
    for (std::size_t n = last->index; n > 0; --n) {
      if (!leads[n] || rate_of[n] != 0) continue;
      rate_of[n] = r + 1;
      for (std::size_t i = 0; i < nodes[n].input_count; ++i) leads[nodes[n].inputs[i]] = true;
    }
  }
  return rate_of;
}

}  // namespace detail
}  // namespace graft
