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

/// All names of a graph, but for nodes left out, in one short text for compile errors: runs of numbers become
/// "conv2d_1..94".
template <std::size_t Nodes>
struct NameList {
  std::array<char, 32 * Nodes> text{};
  std::size_t size = 0;

  constexpr explicit NameList(const Graph<Nodes>& graph, std::array<bool, Nodes> left_out = {}) {
    std::array<bool, Nodes>& done = left_out;
    // Names that were given for their own sake come first: they are what a cut is usually made at.
    for (const bool blocks : {true, false})
      for (std::size_t n = 1; n < Nodes; ++n)
        if (!done[n] && graph[n].ordinal == Node::no_ordinal &&
            (graph[n].role == Role::concatenate || graph[n].role == Role::add) == blocks)
          append_run(graph, n, done);
  }

 private:
  constexpr void append(std::string_view part) {
    for (const char c : part)
      if (size < text.size()) text[size++] = c;
  }
  constexpr void append(std::size_t number) {
    if (number >= 10) append(number / 10);
    const char digit = static_cast<char>('0' + number % 10);
    append(std::string_view{&digit, 1});
  }

  constexpr void append_run(const Graph<Nodes>& graph, std::size_t n, std::array<bool, Nodes>& done) {
    const SplitName first = split_name(graph[n].label);
    std::size_t low = first.number, high = first.number;
    for (std::size_t m = n; m < Nodes; ++m) {
      const SplitName other = split_name(graph[m].label);
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

template <NameList List>
inline constexpr auto text_of_names = [] {
  fixed_string<List.size + 1> text;
  for (std::size_t i = 0; i < List.size; ++i) text.text[i] = List.text[i];
  return text;
}();

/// The names of all layers as a fixed_string, for text_of.
template <LayeredNetwork Net>
inline constexpr auto layer_name_list = text_of_names<NameList{graph_of<Net>}>;

/// The names of those layers that a network can be divided behind.
template <LayeredNetwork Net>
inline constexpr auto boundary_name_list = text_of_names<NameList{graph_of<Net>, passed_by(graph_of<Net>)}>;

}  // namespace graft::detail
