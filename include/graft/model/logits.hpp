// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/composition.hpp>
#include <graft/layers/dense.hpp>
#include <graft/model/graph.hpp>

namespace graft::detail {

/// A description with the activation of its last layer taken away: what a loss works on, because from the
/// logits it is exact where probabilities are already rounded to 0 or 1. Nodes and parameters stay where they
/// are.
template <class L>
struct WithoutLastActivation {
  using type = L;
};

template <class Function>
struct WithoutLastActivation<Activation<Function>> {
  using type = Activation<Linear>;
};

template <std::size_t Units, class Options>
struct DenseOf;
template <std::size_t Units, class... Options>
struct DenseOf<Units, TypeList<Options...>> {
  using type = Dense<Units, Options...>;
};

template <std::size_t Units, class... Options>
struct WithoutLastActivation<Dense<Units, Options...>>
    : DenseOf<Units,
              join<std::conditional_t<IsActivation<Options>::value, TypeList<>, TypeList<Options>>...>> {};

template <fixed_string Name, class L>
struct WithoutLastActivation<Named<Name, L>> {
  using type = Named<Name, typename WithoutLastActivation<L>::type>;
};

template <class First, class... Layers>
struct WithoutLastActivation<Sequential<First, Layers...>> {
  using all = TypeList<First, Layers...>;
  using last = typename WithoutLastActivation<type_at<sizeof...(Layers), all>>::type;
  template <class List>
  struct With;
  template <class... Before>
  struct With<TypeList<Before...>> {
    using type = Sequential<Before..., last>;
  };
  using type = typename With<take<sizeof...(Layers), all>>::type;
};

/// The activation that a network ends in.
template <LayeredNetwork Net>
using last_activation_of = typename type_at<graph_of<Net>.output, node_types<Net>>::activation;

}  // namespace graft::detail
