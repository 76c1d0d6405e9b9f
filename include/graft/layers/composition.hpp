// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/fixed_string.hpp>
#include <graft/layers/layer.hpp>

namespace graft {

/// Layers one after the other; itself usable as a layer.
template <class... Layers>
struct Sequential {};

/// Branches that start from the same input, their outputs side by side along the channels in the order
/// written. Costs nothing at run time: each branch writes into its slice. Source: Keras' Concatenate over the
/// last axis.
template <class... Branches>
struct Concatenate : LayerDefaults {
  static_assert(sizeof...(Branches) >= 2, "Concatenate<Branches...>: expected at least two branches");
  static constexpr std::string_view keras_class = "Concatenate";
  static constexpr std::string_view keras_prefix = "concatenate";
  static constexpr Role role = Role::concatenate;
  static constexpr std::string_view expects = "branches that end in maps of one height and width";
};

/// Branches that start from the same input, their outputs added; Sequential<> is a branch that is the input
/// itself: a residual block is Add<Sequential<>, Layers>. Source: Keras' Add.
template <class... Branches>
struct Add : LayerDefaults {
  static_assert(sizeof...(Branches) >= 2, "Add<Branches...>: expected at least two branches");
  static constexpr std::string_view keras_class = "Add";
  static constexpr std::string_view keras_prefix = "add";
  static constexpr Role role = Role::add;
  static constexpr std::string_view expects = "branches that end in the same shape";
};

namespace detail {

/// A composition of branches whose outputs become one value: Concatenate, Add.
template <class T>
concept Merging = T::role == Role::concatenate || T::role == Role::add;

}  // namespace detail

/// A layer, or a Concatenate or Add, under the name that Keras gives it: Until<"mixed7"> finds it, and
/// weights are matched by it.
template <fixed_string Name, class L>
struct Named {};

}  // namespace graft
