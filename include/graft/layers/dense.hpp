// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/activations.hpp>
#include <graft/layers/window.hpp>

namespace graft {

/// y = f(x W + b). Input (inputs), output (Units); kernel (inputs, Units), bias (Units).
/// Options: an activation (default Linear), NoBias. Source: Keras' Dense on vectors.
template <std::size_t Units, class... Options>
struct Dense : LayerDefaults {
  static_assert(Units > 0, "Dense<Units>: expected at least one unit");
  using activation = typename detail::Option<detail::IsActivation, Linear, Options...>::type;
  static constexpr std::size_t units = Units;
  static constexpr bool use_bias = !detail::has_option<NoBias, Options...>;
  static constexpr std::string_view keras_class = "Dense";
  static constexpr std::string_view keras_prefix = "dense";
  static constexpr Role role = Role::linear;
  static constexpr std::string_view expects =
      "a vector (units): put Flatten or GlobalAveragePooling2D before Dense";

  static constexpr bool accepts(Shape input) { return input.rank == 1; }
  static constexpr Shape output_shape(Shape) { return {Units}; }
  static constexpr auto parameters(Shape input) {
    const ParameterSpec kernel{"kernel", {input.size(), Units}, Initializer::glorot_uniform};
    if constexpr (use_bias)
      return std::array{kernel, ParameterSpec{"bias", {Units}, Initializer::zeros}};
    else
      return std::array{kernel};
  }
  static constexpr std::size_t macs(Shape input) { return input.size() * Units; }
};

}  // namespace graft
