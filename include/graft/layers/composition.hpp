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

/// Two branches that start from the same input, their outputs multiplied; one of them may be one pixel (1, 1,
/// channels), a factor for each channel of the other: a squeeze-and-excitation is Multiply<Sequential<>,
/// Factors>. Source: Keras' Multiply.
template <class... Branches>
struct Multiply : LayerDefaults {
  static_assert(sizeof...(Branches) == 2, "Multiply<Branches...>: expected two branches");
  static constexpr std::string_view keras_class = "Multiply";
  static constexpr std::string_view keras_prefix = "multiply";
  static constexpr Role role = Role::multiply;
  static constexpr std::string_view expects =
      "branches that end in the same shape, or one in (1, 1, channels)";
};

namespace detail {

/// A composition of branches whose outputs become one value: Concatenate, Add, Multiply.
template <class T>
concept Merging = T::role == Role::concatenate || T::role == Role::add || T::role == Role::multiply;

}  // namespace detail

/// A layer, or a Concatenate, Add or Multiply, under the name that Keras gives it: Until<"mixed7"> finds it,
/// and weights are matched by it.
template <fixed_string Name, class L>
struct Named {};

}  // namespace graft
