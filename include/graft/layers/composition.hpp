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
};

/// A layer, or a Concatenate, under the name that Keras gives it: Until<"mixed7"> finds it, and weights are
/// matched by it.
template <fixed_string Name, class L>
struct Named {};

}  // namespace graft
