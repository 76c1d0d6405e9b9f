// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/diagnostic.hpp>
#include <graft/model/graph.hpp>

#include <array>

namespace graft::detail {

/// "conv2d_17" in two halves; number npos if the name does not end in one.
struct SplitName {
  std::string_view prefix;
  std::size_t number = Node::no_ordinal;
};

constexpr SplitName split_name(std::string_view name) {
  std::size_t at = name.size(), number = 0, unit = 1;
  while (at > 0 && name[at - 1] >= '0' && name[at - 1] <= '9') {
    number += static_cast<std::size_t>(name[--at] - '0') * unit;
    unit *= 10;
  }
  if (at == name.size() || at == 0) return {name, Node::no_ordinal};
  return {name.substr(0, at), number};
}

/// The names of a graph, but for nodes left out, in one short text for compile errors: runs of numbers become
/// "conv2d_1..94", and a text that grows long ends in "...".
template <std::size_t Nodes>
struct NameList {
  static constexpr std::size_t long_text = 600;
  std::array<char, long_text + 160> text{};
  std::size_t size = 0;

  constexpr explicit NameList(const Graph<Nodes>& graph, const std::array<bool, Nodes>& left_out = {})
      : done{left_out} {
    for (std::size_t n = 1; n < Nodes; ++n) names[n] = split_name(graph[n].label);
    // Names that were given for their own sake come first: they are what a cut is usually made at.
    for (const bool blocks : {true, false})
      for (std::size_t n = 1; n < Nodes; ++n)
        if (!done[n] && size < long_text && graph[n].ordinal == Node::no_ordinal &&
            (graph[n].role == Role::concatenate || graph[n].role == Role::add) == blocks)
          append_run(graph, n);
    if (size >= long_text) append(", ...");
  }

 private:
  std::array<SplitName, Nodes> names{};  // taken apart once: a compiler counts its steps
  std::array<bool, Nodes> done{};

  constexpr void append(std::string_view part) {
    for (const char c : part)
      if (size < text.size()) text[size++] = c;
  }
  constexpr void append(std::size_t number) {
    if (number >= 10) append(number / 10);
    const char digit = static_cast<char>('0' + number % 10);
    append(std::string_view{&digit, 1});
  }

  constexpr void append_run(const Graph<Nodes>& graph, std::size_t n) {
    const SplitName first = names[n];
    std::size_t low = first.number, high = first.number;
    for (std::size_t m = n; m < Nodes; ++m) {
      const SplitName& other = names[m];
      if (done[m] || graph[m].ordinal != Node::no_ordinal || other.prefix != first.prefix ||
          (other.number == Node::no_ordinal) != (first.number == Node::no_ordinal))
        continue;
      done[m] = true;
      if (other.number < low) low = other.number;
      if (other.number > high) high = other.number;
    }
    if (size > 0) append(", ");
    append(first.prefix);
    if (first.number == Node::no_ordinal) return;
    append(low);
    if (high > low) {
      append("..");
      append(high);
    }
  }
};

/// For each node, whether a value passes it by: it lies beside another branch, or in one.
template <std::size_t Nodes>
constexpr std::array<bool, Nodes> passed_by(const Graph<Nodes>& graph) {
  std::array<bool, Nodes> passed{};
  for (std::size_t n = 0; n < Nodes; ++n)
    for (std::size_t i = 0; i < graph[n].input_count; ++i)
      for (std::size_t m = graph[n].inputs[i] + 1; m < n; ++m) passed[m] = true;
  return passed;
}

template <LayeredNetwork Net, bool Boundaries>
inline constexpr auto names_of = [] {
  constexpr std::array<bool, graph_of<Net>.size> none{};
  constexpr NameList list{graph_of<Net>, Boundaries ? passed_by(graph_of<Net>) : none};
  fixed_string<list.size + 1> text;
  for (std::size_t i = 0; i < list.size; ++i) text.text[i] = list.text[i];
  return text;
}();

/// The names of all layers as a fixed_string, for text_of.
template <LayeredNetwork Net>
inline constexpr auto layer_name_list = names_of<Net, false>;

/// The names of those layers that a network can be divided behind.
template <LayeredNetwork Net>
inline constexpr auto boundary_name_list = names_of<Net, true>;

}  // namespace graft::detail
