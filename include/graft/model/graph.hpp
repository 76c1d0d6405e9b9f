// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/type_list.hpp>
#include <graft/layers/activations.hpp>
#include <graft/layers/composition.hpp>
#include <graft/layers/layer.hpp>
#include <graft/layers/zero_padding2d.hpp>

#include <array>
#include <charconv>
#include <string>

namespace graft {

/// The pseudo-layer at the start of every network, as Keras counts it.
struct InputLayer : LayerDefaults {
  static constexpr std::string_view keras_class = "InputLayer";
  static constexpr std::string_view keras_prefix = "input";
  static constexpr Role role = Role::input;
};

/// One layer of a network at its place: its name, where its input comes from, its shapes and its parameters.
struct Node {
  static constexpr std::size_t max_inputs = 8;
  static constexpr std::size_t no_ordinal = static_cast<std::size_t>(-1);

  std::string_view label;            ///< the given name, or what an automatic name begins with
  std::size_t ordinal = no_ordinal;  ///< of an automatic name: 1 is "dense_1", 2 is "dense_2" (Keras 2.0)
  std::size_t index = 0;             ///< its place in the graph
  std::string_view keras_class;
  Role role = Role::other;
  bool linear = true;  ///< the layer has no activation of its own
  /// The layer sums, and training keeps the sums before the activation, which is derived from them.
  bool keeps_sum = false;
  std::array<std::size_t, max_inputs> inputs{};
  std::size_t input_count = 0;
  Shape input, output;
  Shape inner;                       ///< of the value between a layer's two stages; rank 0: it has one stage
  Window window;                     ///< of a layer that slides one over its input
  Padding padding;                   ///< of a layer that does nothing else
  std::size_t consumers = 0;         ///< how many nodes read this one
  std::size_t parameters = 0;        ///< number of parameter tensors
  std::size_t parameter_offset = 0;  ///< floats before its first parameter
  std::size_t parameter_size = 0;    ///< floats of all its parameters
  std::size_t trainable_size = 0;    ///< those that training moves, always the first of them
  std::size_t macs = 0;

  std::string name() const {
    std::string text{label};
    if (ordinal != no_ordinal) text += "_" + std::to_string(ordinal);
    return text;
  }
};

/// A network, flat: nodes in the order in which their layers were written, the input first. Everything in it
/// is known at compile time.
template <std::size_t Nodes>
struct Graph {
  static constexpr std::size_t size = Nodes;
  std::array<Node, Nodes> nodes{};
  std::size_t output = 0;    ///< the node whose value the network returns
  std::size_t rejected = 0;  ///< the first node that does not accept its input; 0: none
  std::size_t parameter_count = 0, trainable_count = 0, macs = 0;

  constexpr const Node& operator[](std::size_t i) const { return nodes[i]; }
  constexpr Shape output_shape() const { return nodes[output].output; }
};

namespace detail {

/// Appends nodes to a graph while it is built.
template <std::size_t Nodes>
struct GraphBuilder {
  Graph<Nodes> graph{};
  std::size_t count = 0;

  constexpr void input(Shape shape) {
    Node& node = graph.nodes[count++];
    node.label = "input_1";
    node.keras_class = InputLayer::keras_class;
    node.role = Role::input;
    node.output = shape;
  }

  template <class L>
  constexpr std::size_t add(std::string_view name, const std::size_t* inputs, std::size_t input_count) {
    Node& node = graph.nodes[count];
    node.index = count;
    node.keras_class = L::keras_class;
    node.role = L::role;
    node.linear = std::is_same_v<typename L::activation, Linear>;
    node.keeps_sum = L::role == Role::linear && derivative_of_input<typename L::activation>;
    node.label = name.empty() ? L::keras_prefix : name;
    if (name.empty()) node.ordinal = same_prefix(L::keras_prefix) + 1;
    node.input_count = input_count;
    for (std::size_t i = 0; i < input_count; ++i) {
      node.inputs[i] = inputs[i];
      ++graph.nodes[inputs[i]].consumers;
    }
    node.input = graph.nodes[inputs[0]].output;
    node.output = node.input;
    if constexpr (L::role == Role::concatenate)
      concatenate(node);
    else if constexpr (L::role == Role::add)
      sum(node);
    else if constexpr (L::role == Role::multiply)
      multiply(node);
    else
      describe<L>(node);
    return count++;
  }

 private:
  constexpr std::size_t same_prefix(std::string_view prefix) const {
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i)
      if (graph.nodes[i].ordinal != Node::no_ordinal && graph.nodes[i].label == prefix) ++found;
    return found;
  }

  template <class L>
  constexpr void describe(Node& node) {
    // Nothing is executed after a rejection; the graph goes on so that the rejection is the only error.
    if (graph.rejected == 0 && !L::accepts(node.input)) graph.rejected = count;
    node.output = L::output_shape(node.input);
    node.macs = L::macs(node.input);
    if constexpr (requires { L::window(node.input); }) node.window = L::window(node.input);
    if constexpr (requires { L::inner_shape(node.input); }) node.inner = L::inner_shape(node.input);
    if constexpr (requires { L::padding(node.input); }) node.padding = L::padding(node.input);
    graph.macs += node.macs;
    node.parameter_offset = graph.parameter_count;
    for (const ParameterSpec& spec : L::parameters(node.input)) {
      ++node.parameters;
      node.parameter_size += spec.shape.size();
      if (spec.trainable) node.trainable_size += spec.shape.size();
    }
    graph.parameter_count += node.parameter_size;
    graph.trainable_count += node.trainable_size;
  }

  constexpr void concatenate(Node& node) {
    std::size_t channels = 0;
    for (std::size_t i = 0; i < node.input_count; ++i) {
      const Shape branch = graph.nodes[node.inputs[i]].output;
      Shape as_first = branch;
      as_first.extents[branch.rank - 1] = node.input.channels();
      if (as_first != node.input && graph.rejected == 0) graph.rejected = count;
      channels += branch.channels();
    }
    node.output.extents[node.output.rank - 1] = channels;
  }

  constexpr void sum(const Node& node) {
    for (std::size_t i = 1; i < node.input_count; ++i)
      if (graph.nodes[node.inputs[i]].output != node.input && graph.rejected == 0) graph.rejected = count;
  }

  constexpr void multiply(Node& node) {
    const Shape other = graph.nodes[node.inputs[1]].output;
    const auto fits = [](Shape factor, Shape value) {
      return factor == value || (value.rank == 3 && factor == Shape{1, 1, value.channels()});
    };
    if (!fits(other, node.input) && !fits(node.input, other) && graph.rejected == 0) graph.rejected = count;
    if (!fits(other, node.input)) node.output = other;
  }
};

// How a description turns into nodes: a layer is one, the compositions are walked in the order written. What
// is no layer is passed over: CheckLayers has refused it.
template <class NoLayer>
struct Expand {
  using types = TypeList<>;
  template <class Builder>
  static constexpr std::size_t emit(Builder&, std::size_t input, std::string_view = {}) {
    return input;
  }
};

template <Layer L>
struct Expand<L> {
  using types = TypeList<L>;
  template <class Builder>
  static constexpr std::size_t emit(Builder& builder, std::size_t input, std::string_view name = {}) {
    return builder.template add<L>(name, &input, 1);
  }
};

template <class... Layers>
struct Expand<Sequential<Layers...>> {
  using types = join<typename Expand<Layers>::types...>;
  template <class Builder>
  static constexpr std::size_t emit(Builder& builder, std::size_t input, std::string_view = {}) {
    ((input = Expand<Layers>::emit(builder, input)), ...);
    return input;
  }
};

template <template <class...> class Merge, class... Branches>
requires Merging<Merge<Branches...>>
struct Expand<Merge<Branches...>> {
  static_assert(sizeof...(Branches) <= Node::max_inputs,
                "Concatenate<Branches...>, Add<Branches...>: expected at most 8 branches");
  using types = join<typename Expand<Branches>::types..., TypeList<Merge<Branches...>>>;
  template <class Builder>
  static constexpr std::size_t emit(Builder& builder, std::size_t input, std::string_view name = {}) {
    const std::size_t ends[] = {Expand<Branches>::emit(builder, input)...};
    return builder.template add<Merge<Branches...>>(name, ends, sizeof...(Branches));
  }
};

template <fixed_string Name, class L>
struct Expand<Named<Name, L>> {
  using types = typename Expand<L>::types;
  template <class Builder>
  static constexpr std::size_t emit(Builder& builder, std::size_t input, std::string_view = {}) {
    return Expand<L>::emit(builder, input, Name.view());
  }
};

}  // namespace detail

/// A network for the machinery of model/: an input shape and a composition of layers.
template <class T>
concept LayeredNetwork = requires {
  typename T::layers;
  { T::input_shape } -> std::convertible_to<Shape>;
};

/// The layer types of a network, node by node.
template <LayeredNetwork Net>
using node_types = join<TypeList<InputLayer>, typename detail::Expand<typename Net::layers>::types>;

/// The graph of a network.
template <LayeredNetwork Net>
inline constexpr auto graph_of = [] {
  detail::GraphBuilder<node_types<Net>::size> builder;
  builder.input(Net::input_shape);
  builder.graph.output = detail::Expand<typename Net::layers>::emit(builder, 0);
  return builder.graph;
}();

}  // namespace graft
