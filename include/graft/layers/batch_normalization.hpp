// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/window.hpp>

#include <ratio>

namespace graft {

/// Options of BatchNormalization.
struct NoScale {};   ///< no gamma
struct NoCenter {};  ///< no beta
template <class Ratio>
struct Epsilon {  ///< added to the variance, as a std::ratio: clang 14 takes no floating-point template
                  ///< arguments
  static constexpr double value = static_cast<double>(Ratio::num) / static_cast<double>(Ratio::den);
};
template <class Ratio>
struct Momentum {  ///< of the moving statistics
  static constexpr double value = static_cast<double>(Ratio::num) / static_cast<double>(Ratio::den);
};

/// What a normalisation in a part that is trained goes by. Keras' training=True: the statistics of the batch,
/// which the moving ones follow; what a layer does that is told nothing else.
struct BatchStatistics {};
/// Keras' training=False: the moving statistics, which stay as they are, while gamma and beta are trained.
struct FrozenStatistics {};

namespace detail {
template <class T>
struct IsEpsilon : std::false_type {};
template <class R>
struct IsEpsilon<Epsilon<R>> : std::true_type {};
template <class T>
struct IsMomentum : std::false_type {};
template <class R>
struct IsMomentum<Momentum<R>> : std::true_type {};
}  // namespace detail

/// Prediction, and training while frozen: y = (x - moving_mean) * gamma / sqrt(moving_variance + epsilon) +
/// beta, per channel. Training: the same with the mean and the biased variance of the batch, and the moving
/// statistics follow them: moving = moving * momentum + batch * (1 - momentum). Shape: any, unchanged.
/// Options: NoScale, NoCenter, Epsilon<ratio> (default 1/1000), Momentum<ratio> (default 99/100),
/// FrozenStatistics (training by the moving statistics too).
/// Source: Keras' BatchNormalization over the last axis.
template <class... Options>
struct BatchNormalization : LayerDefaults {
  static constexpr bool scale = !detail::has_option<NoScale, Options...>;
  static constexpr bool center = !detail::has_option<NoCenter, Options...>;
  static constexpr bool frozen_statistics = detail::has_option<FrozenStatistics, Options...>;
  static constexpr double epsilon =
      detail::Option<detail::IsEpsilon, Epsilon<std::ratio<1, 1000>>, Options...>::type::value;
  static constexpr double momentum =
      detail::Option<detail::IsMomentum, Momentum<std::ratio<99, 100>>, Options...>::type::value;
  static constexpr std::string_view keras_class = "BatchNormalization";
  static constexpr std::string_view keras_prefix = "batch_normalization";
  static constexpr Role role = Role::scale_shift;
  static constexpr std::string_view expects = "an image (height, width, channels) or a vector (units)";

  static constexpr bool accepts(Shape input) { return input.rank == 3 || input.rank == 1; }
  static constexpr Shape output_shape(Shape input) { return input; }

  // Positions of the parameters in Keras' order, for those who read them: gamma, beta, mean, variance.
  static constexpr std::size_t beta_index = scale ? 1 : 0;
  static constexpr std::size_t mean_index = beta_index + (center ? 1 : 0);
  static constexpr std::size_t variance_index = mean_index + 1;

  static constexpr auto parameters(Shape input) {
    const Shape channels{input.channels()};
    std::array<ParameterSpec, variance_index + 1> specs{};
    if (scale) specs[0] = {"gamma", channels, Initializer::ones};
    if (center) specs[beta_index] = {"beta", channels, Initializer::zeros};
    specs[mean_index] = {"moving_mean", channels, Initializer::zeros, false};
    specs[variance_index] = {"moving_variance", channels, Initializer::ones, false};
    return specs;
  }
};

}  // namespace graft
