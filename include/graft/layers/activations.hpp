// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/layer.hpp>

namespace graft {

/// Activations as words: empty types that layers, models and backends agree on. `elementwise` says that a
/// value depends on its own element only; `keras_name` is how Keras writes it in a configuration.
struct Linear {
  static constexpr std::string_view keras_name = "linear";
  static constexpr bool elementwise = true;
};

/// max(x, 0)
struct Relu {
  static constexpr std::string_view keras_name = "relu";
  static constexpr bool elementwise = true;
};

/// min(max(x, 0), 6); as a layer of its own it is Keras' ReLU(max_value=6)
struct Relu6 {
  static constexpr std::string_view keras_class = "ReLU", keras_prefix = "re_lu";
  static constexpr std::string_view keras_name = "relu6";
  static constexpr bool elementwise = true;
};

/// 1 / (1 + exp(-x))
struct Sigmoid {
  static constexpr std::string_view keras_name = "sigmoid";
  static constexpr bool elementwise = true;
};

/// x / (1 + exp(-x)); its derivative is no function of its output, for the values near 0 are taken twice
struct Swish {
  static constexpr std::string_view keras_name = "swish";
  static constexpr bool elementwise = true;
  static constexpr bool derivative_of_input = true;
};

/// tanh(x)
struct Tanh {
  static constexpr std::string_view keras_name = "tanh";
  static constexpr bool elementwise = true;
};

/// exp(x - max) / sum, over the last axis
struct Softmax {
  static constexpr std::string_view keras_name = "softmax";
  static constexpr bool elementwise = false;
};

template <class T>
concept ActivationFunction = requires {
  { T::keras_name } -> std::convertible_to<std::string_view>;
  { T::elementwise } -> std::convertible_to<bool>;
};

namespace detail {

/// Whether the backward pass needs what an activation was applied to; all others derive from their output.
template <class Function>
inline constexpr bool derivative_of_input = requires {
  requires Function::derivative_of_input;
};

template <class Function>
concept HasKerasLayer = requires {
  Function::keras_class;
  Function::keras_prefix;
};

// What Keras calls a layer that does no more than apply an activation.
template <class Function>
struct ActivationLayerNames {
  static constexpr std::string_view keras_class = "Activation", keras_prefix = "activation";
};
template <HasKerasLayer Function>
struct ActivationLayerNames<Function> {
  static constexpr std::string_view keras_class = Function::keras_class;
  static constexpr std::string_view keras_prefix = Function::keras_prefix;
};

}  // namespace detail

/// A layer that applies an activation: y = f(x). Shape: any, unchanged.
template <ActivationFunction Function>
struct Activation : LayerDefaults {
  using activation = Function;
  static constexpr std::string_view keras_class = detail::ActivationLayerNames<Function>::keras_class;
  static constexpr std::string_view keras_prefix = detail::ActivationLayerNames<Function>::keras_prefix;
  static constexpr Role role = Role::activation;
  static constexpr std::string_view expects = "an image (height, width, channels) or a vector (units)";

  static constexpr bool accepts(Shape input) { return input.rank == 3 || input.rank == 1; }
  static constexpr Shape output_shape(Shape input) { return input; }
};

}  // namespace graft
