// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/shape.hpp>
#include <graft/weights/config_graph.hpp>
#include <graft/weights/config_path.hpp>
#include <graft/weights/name_mapping.hpp>
#include <graft/weights/network_layers.hpp>
#include <graft/weights/portable_name.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft::detail {

/// Compares what a file says of its model with the model that is to take its weights: every layer of ours
/// that has weights, every path between two of them, and what follows the last.
template <class Json>
class ConfigCheck {
 public:
  using Graph = ConfigGraph<Json>;

  /// shapes: the inputs of our nodes, by name. pairs: our layers with weights and those of the file, as
  /// nodes.
  ConfigCheck(std::string_view file, const Graph& ours, const Graph& theirs,
              const std::map<std::string, Shape>& shapes, const std::map<std::size_t, std::size_t>& pairs)
      : file_{file}, ours_{ours}, theirs_{theirs}, shapes_{shapes}, pairs_{pairs} {
    for (const auto& [our, their] : pairs) found_.insert(their);
  }

  /// Throws WeightMismatch for the first difference, in the order of our layers.
  void run() {
    for (const auto& [our, their] : pairs_) {
      if (const auto here = difference(ours_[our], theirs_[their]))
        fail(here->name, here->expected, here->found);
      compare_inputs(our, their);
    }
    compare_end();
  }

 private:
  [[noreturn]] void fail(const std::string& layer, const std::string& expected,
                         const std::string& found) const {
    throw WeightMismatch(file_, layer, expected, found + " in its model_config");
  }

  template <class HasWeights>
  static ConfigPath path_from(const Graph& graph, std::size_t node, HasWeights has_weights) {
    ConfigPath path;
    for (std::size_t walked = 0;; ++walked) {
      if (walked > graph.nodes().size()) graph.refuse("a graph without cycles", "one");
      const ConfigNode<Json>& here = graph[node];
      path.end = node;
      const std::string function = function_of(here);
      const bool ends = has_weights(node) || here.inputs.size() != 1;
      if (ends && activation_of(here) != "linear") path.steps.push_back({node, activation_of(here)});
      if (ends) return path;
      if (!is_identity(here) && function != "linear") path.steps.push_back({node, function});
      node = here.inputs.front();
    }
  }
  ConfigPath our_path(std::size_t node) const {
    return path_from(ours_, node, [&](std::size_t n) { return pairs_.contains(n); });
  }
  ConfigPath their_path(std::size_t node) const {
    return path_from(theirs_, node, [&](std::size_t n) { return found_.contains(n); });
  }

  /// The inputs of two layers that are alike.
  void compare_inputs(std::size_t our, std::size_t their) {
    if (!compared_.emplace(our, their).second) return;
    const ConfigNode<Json>&mine = ours_[our], &other = theirs_[their];
    if (mine.inputs.size() != other.inputs.size())
      fail(mine.name, count_text(mine.inputs.size()), count_text(other.inputs.size()));
    for (std::size_t i = 0; i < mine.inputs.size(); ++i) {
      ConfigPath ours = our_path(mine.inputs[i]), theirs = their_path(other.inputs[i]);
      if (is_convolution(mine)) compare_borders(our, their, ours, theirs);
      compare_paths(mine.name, "its input from ", ours, theirs);
    }
  }

  void compare_paths(const std::string& layer, const std::string& from, const ConfigPath& ours,
                     const ConfigPath& theirs) {
    for (std::size_t i = 0; i < std::max(ours.steps.size(), theirs.steps.size()); ++i) {
      const std::string expected = step_text(ours_, ours, i), found = step_text(theirs_, theirs, i);
      if (i >= ours.steps.size() || i >= theirs.steps.size() || !alike(ours.steps[i], theirs.steps[i]))
        fail(layer, from + expected, difference_text(ours, theirs, i, found));
    }
    if (const auto pair = pairs_.find(ours.end); pair != pairs_.end()) {
      if (pair->second != theirs.end) fail(layer, from + ours_[ours.end].name, name_of(theirs_, theirs.end));
    } else if (found_.contains(theirs.end) ||
               ours_[ours.end].inputs.size() != theirs_[theirs.end].inputs.size() ||
               (!ours_[ours.end].inputs.empty() &&
                class_of(ours_[ours.end]) != class_of(theirs_[theirs.end]))) {
      fail(layer, from + name_of(ours_, ours.end), name_of(theirs_, theirs.end));
    } else {
      compare_inputs(ours.end, theirs.end);
    }
  }

  static std::string count_text(std::size_t inputs) { return std::to_string(inputs) + " inputs"; }

  static std::string name_of(const Graph& graph, std::size_t node) {
    return graph[node].inputs.empty() ? "the input" : graph[node].class_name + " '" + graph[node].name + '\'';
  }

  static std::string step_text(const Graph& graph, const ConfigPath& path, std::size_t i) {
    if (i >= path.steps.size()) return name_of(graph, path.end);
    if (!path.steps[i].function.empty()) return path.steps[i].function;
    return name_of(graph, path.steps[i].node);
  }

  bool alike(const ConfigPath::Step& ours, const ConfigPath::Step& theirs) const {
    if (!ours.function.empty() || !theirs.function.empty()) return ours.function == theirs.function;
    return !difference(ours_[ours.node], theirs_[theirs.node]);
  }

  /// The setting that differs, if the steps are of one class; else the file's step.
  std::string difference_text(const ConfigPath& ours, const ConfigPath& theirs, std::size_t i,
                              const std::string& found) const {
    if (i >= ours.steps.size() || i >= theirs.steps.size()) return found;
    const ConfigPath::Step &our = ours.steps[i], &their = theirs.steps[i];
    if (!our.function.empty() || !their.function.empty()) return found;
    const auto here = difference(ours_[our.node], theirs_[their.node]);
    return here && class_of(ours_[our.node]) == class_of(theirs_[their.node])
               ? found + " with " + here->found + " instead of " + here->expected
               : found;
  }

  /// Takes the padding layers that stand directly before a convolution off both paths and compares the zeros
  /// that the convolution sees in all.
  void compare_borders(std::size_t our, std::size_t their, ConfigPath& ours, ConfigPath& theirs) const {
    const Border before_ours = take_padding(ours_, ours), before_theirs = take_padding(theirs_, theirs);
    const auto shape = shapes_.find(ours_[our].name);
    if (shape == shapes_.end() || shape->second.rank != 3) return;
    const std::size_t height = shape->second[0] - before_ours[0] - before_ours[1];
    const std::size_t width = shape->second[1] - before_ours[2] - before_ours[3];
    const Border mine = border(ours_[our], before_ours, height, width);
    const Border other = border(theirs_[their], before_theirs, height, width);
    // What is added at the bottom and right counts only where a window reaches it.
    const auto size = [&](const Border& b) { return window_count(ours_[our], b, height, width); };
    if (mine[0] != other[0] || mine[2] != other[2] || size(mine) != size(other))
      fail(ours_[our].name, "padding " + border_text(mine), border_text(other));
  }

  /// What follows our last layers with weights must follow the same layers of the file, somewhere: our model
  /// may end before the file's does. Where our model ends in a merge, it is the merge of the file that is
  /// alike.
  void compare_end() {
    const std::string& name = ours_[ours_.output()].name;
    const ConfigPath ours = our_path(ours_.output());
    ConfigPath closest = their_path(theirs_.output());
    bool known = ends_alike(ours, closest);
    for (std::size_t n = 0; n < theirs_.nodes().size(); ++n) {
      const ConfigPath path = their_path(n);
      if (!ends_alike(ours, path)) continue;
      if (same_steps(ours, path) && fits(name, ours, path)) return;
      const bool closer = path.steps.size() > closest.steps.size() &&
                          path.steps.size() <= std::max<std::size_t>(ours.steps.size(), 1);
      if (!known || (closer && !same_steps(ours, closest))) closest = path;
      known = true;
    }
    compare_paths(name, "", ours, closest);
  }

  bool same_steps(const ConfigPath& ours, const ConfigPath& theirs) const {
    return std::equal(ours.steps.begin(), ours.steps.end(), theirs.steps.begin(), theirs.steps.end(),
                      [&](const auto& a, const auto& b) { return alike(a, b); });
  }

  /// compare_paths as a question.
  bool fits(const std::string& layer, const ConfigPath& ours, const ConfigPath& theirs) {
    const auto before = compared_;
    try {
      compare_paths(layer, "", ours, theirs);
      return true;
    } catch (const WeightMismatch&) {
      compared_ = before;
      return false;
    }
  }

  bool ends_alike(const ConfigPath& ours, const ConfigPath& theirs) const {
    const auto pair = pairs_.find(ours.end);
    if (pair != pairs_.end()) return pair->second == theirs.end;
    const ConfigNode<Json>&mine = ours_[ours.end], &other = theirs_[theirs.end];
    return !found_.contains(theirs.end) && class_of(mine) == class_of(other) &&
           mine.inputs.size() == other.inputs.size();
  }

  std::string_view file_;
  const Graph& ours_;
  const Graph& theirs_;
  const std::map<std::string, Shape>& shapes_;
  const std::map<std::size_t, std::size_t>& pairs_;
  std::set<std::size_t> found_;
  std::set<std::pair<std::size_t, std::size_t>> compared_;
};

/// The file's node of a layer that has weights.
template <class Json>
std::size_t config_node(const ConfigGraph<Json>& theirs, const ArchiveLayer& layer) {
  std::vector<std::size_t> found;
  for (std::size_t n = 0; n < theirs.nodes().size(); ++n)
    if (theirs[n].name == layer.name &&
        (layer.model.empty() || theirs[n].models.starts_with(layer.model + '/')))
      found.push_back(n);
  const auto on_top =
      std::find_if(found.begin(), found.end(), [&](std::size_t n) { return theirs[n].models.empty(); });
  if (on_top != found.end()) return *on_top;
  if (found.size() != 1)
    theirs.refuse("one layer '" + layer.name + "', whose weights the file has", std::to_string(found.size()));
  return found.front();
}

/// Compares the model_config of a file with that of a model of one network behind the other, before anything
/// is read. matches: the model's layers with weights and those of the file that are to fill them. Throws
/// WeightMismatch, naming the first layer that computes something else, or ArchiveError for a model_config
/// that is none.
template <class Json = OrderedJson>
void check_config(std::string_view file, std::string_view config, std::span<const NetworkLayers> networks,
                  const std::vector<Match>& matches) {
  Json layers = Json::array();
  std::map<std::string, Shape> shapes;
  std::string source;
  for (const NetworkLayers& network : networks) {
    append_layers(layers, network.nodes, network.describers, network.order(), source, true);
    for (const Node& node : network.nodes) shapes.emplace(portable_name(node.name()), node.input);
    source = portable_name(network.nodes[network.output].name());
  }
  const auto theirs = ConfigGraph<Json>::parse(file, config);
  const auto ours = ConfigGraph<Json>::parse(
      "graft", model_config(std::move(layers), networks.front().nodes.front().name(), source));
  std::map<std::string, std::size_t> our_nodes;
  for (std::size_t n = 0; n < ours.nodes().size(); ++n) our_nodes.emplace(ours[n].name, n);
  std::map<std::size_t, std::size_t> pairs;
  for (const Match& match : matches)
    if (const auto our = our_nodes.find(portable_name(match.expected->name)); our != our_nodes.end())
      pairs.emplace(our->second, config_node(theirs, *match.found));
  ConfigCheck<Json>{file, ours, theirs, shapes, pairs}.run();
}

}  // namespace graft::detail
