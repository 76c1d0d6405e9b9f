// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/layer.hpp>

#include <ratio>

namespace graft {

/// One number for each channel, for Rescaling: a type derived from this with `static constexpr std::array
/// values`.
struct PerChannel {};

namespace detail {

/// A number of Rescaling as float32: a std::ratio, the same for all channels, or one of a PerChannel.
template <class Number>
constexpr float number_of(std::size_t channel) {
  if constexpr (std::is_base_of_v<PerChannel, Number>)
    return static_cast<float>(Number::values[channel]);
  else
    return static_cast<float>(static_cast<double>(Number::num) / static_cast<double>(Number::den));
}

/// Whether there is a number for each of so many channels.
template <class Number>
constexpr bool has_channels(std::size_t channels) {
  if constexpr (std::is_base_of_v<PerChannel, Number>)
    return Number::values.size() == channels;
  else
    return true;
}

}  // namespace detail

/// y = x * Scale + Offset, each a std::ratio (clang 14 takes no floating-point template arguments) or a
/// PerChannel. Shape: any, unchanged. Source: Keras' Rescaling.
template <class Scale, class Offset = std::ratio<0>>
struct Rescaling : LayerDefaults {
  using scale = Scale;
  using offset = Offset;
  static constexpr std::string_view keras_class = "Rescaling";
  static constexpr std::string_view keras_prefix = "rescaling";
  static constexpr std::string_view expects =
      "an image (height, width, channels) or a vector (units), with a number for each channel";

  static constexpr bool accepts(Shape input) {
    return (input.rank == 3 || input.rank == 1) && detail::has_channels<Scale>(input.channels()) &&
           detail::has_channels<Offset>(input.channels());
  }
  static constexpr Shape output_shape(Shape input) { return input; }
};

}  // namespace graft
