// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/parameter_spec.hpp>
#include <graft/core/shape.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace graft {

struct Linear;

/// What a layer is to the planner that places and fuses layers.
enum class Role {
  input,        ///< the source of a network
  linear,       ///< a weighted sum: takes up a following scale_shift and a following activation
  scale_shift,  ///< per channel x * a + b, as batch normalisation is at inference
  activation,   ///< y = f(x)
  reshape,      ///< the same bytes under another shape
  identity,     ///< the same bytes at inference (Dropout)
  concatenate,  ///< its inputs side by side along the channels
  add,          ///< the sum of its inputs
  multiply,     ///< the product of its inputs
  pad,          ///< its input with zeros around it
  other,
};

/// What most layers have in common; a layer overrides what differs.
struct LayerDefaults {
  using activation = Linear;
  static constexpr Role role = Role::other;
  static constexpr std::array<ParameterSpec, 0> parameters(Shape) { return {}; }
  static constexpr std::size_t macs(Shape) { return 0; }
};

/// A layer is a description: an empty type with constexpr members. It knows shapes, parameters and cost, and
/// nothing of memory or kernels. `parameters` lists in Keras' order; `macs` counts multiply-adds for one
/// sample.
template <class L>
concept Layer = requires(Shape input) {
  typename L::activation;
  { L::keras_class } -> std::convertible_to<std::string_view>;   // "Conv2D"
  { L::keras_prefix } -> std::convertible_to<std::string_view>;  // "conv2d": what automatic names begin with
  { L::expects } -> std::convertible_to<std::string_view>;       // which inputs it accepts, in words
  { L::role } -> std::convertible_to<Role>;
  { L::accepts(input) } -> std::same_as<bool>;
  { L::output_shape(input) } -> std::same_as<Shape>;
  { L::parameters(input).size() } -> std::convertible_to<std::size_t>;
  { L::macs(input) } -> std::same_as<std::size_t>;
};

}  // namespace graft
