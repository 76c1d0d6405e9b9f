// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/window.hpp>

namespace graft {

/// How a pooling layer sums up its window.
struct Max {};
struct Average {};

namespace detail {

/// Window and shapes of both pooling layers. Options: Strides<v, h> (default: the pool's size), Same or Valid
/// (default). Pixels outside the image count for nothing: they are no zeros to Max, and Average divides by
/// the number of real pixels (keras_spec C).
template <class Rule, class PoolSize, class... Options>
struct Pooling2D : LayerDefaults {
  using rule = Rule;
  using pool_size = PoolSize;
  using strides = typename Option<IsStrides, Strides<PoolSize::height, PoolSize::width>, Options...>::type;
  using padding = typename Option<IsPadding, Valid, Options...>::type;
  using sliding = Sliding<PoolSize, strides, padding>;
  static constexpr std::string_view expects =
      "an image (height, width, channels) of at least the pool's size";

  static constexpr bool accepts(Shape input) { return sliding::fits(input); }
  static constexpr Shape output_shape(Shape input) { return sliding::output(input, input.channels()); }
  static constexpr Window window(Shape input) { return sliding::window(input); }
};

}  // namespace detail

/// The largest value of each window, per channel. Pool size written Kernel<h, w>. Source: Keras'
/// MaxPooling2D.
template <class PoolSize, class... Options>
struct MaxPooling2D : detail::Pooling2D<Max, PoolSize, Options...> {
  static constexpr std::string_view keras_class = "MaxPooling2D";
  static constexpr std::string_view keras_prefix = "max_pooling2d";
};

/// The mean of the real pixels of each window, per channel. Source: Keras' AveragePooling2D.
template <class PoolSize, class... Options>
struct AveragePooling2D : detail::Pooling2D<Average, PoolSize, Options...> {
  static constexpr std::string_view keras_class = "AveragePooling2D";
  static constexpr std::string_view keras_prefix = "average_pooling2d";
};

/// The mean over height and width: (height, width, channels) to (channels).
struct GlobalAveragePooling2D : LayerDefaults {
  static constexpr std::string_view keras_class = "GlobalAveragePooling2D";
  static constexpr std::string_view keras_prefix = "global_average_pooling2d";
  static constexpr std::string_view expects = "an image (height, width, channels)";

  static constexpr bool accepts(Shape input) { return input.rank == 3; }
  static constexpr Shape output_shape(Shape input) { return {input.channels()}; }
};

/// The same as an image of one pixel: (height, width, channels) to (1, 1, channels). Source: Keras'
/// GlobalAveragePooling2D with keepdims=True.
struct GlobalAveragePooling2DKeepDims : GlobalAveragePooling2D {
  static constexpr Shape output_shape(Shape input) { return {1, 1, input.channels()}; }
};

}  // namespace graft
