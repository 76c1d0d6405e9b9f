// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/window.hpp>

namespace graft {

/// Options of Dropout.
template <std::size_t Parts>
struct Of {  ///< what the rate is counted in, if not in per cent
  static constexpr std::size_t parts = Parts;
};
struct WholeSamples {};  ///< all values of a sample share one fate: Keras' noise_shape=(None, 1, 1, 1)

/// What a dropout drops: `parts` of `of` values, or of samples.
struct DropoutRule {
  std::size_t parts = 0, of = 100;
  bool whole_samples = false;

  constexpr double rate() const { return static_cast<double>(parts) / static_cast<double>(of); }
  /// What a training multiplies a value by, for a number drawn from [0, 1).
  constexpr float factor(float drawn) const {
    const float dropped = static_cast<float>(parts) / static_cast<float>(of);
    return drawn >= dropped ? 1.0f / (1.0f - dropped) : 0.0f;
  }
  constexpr bool operator==(const DropoutRule&) const = default;
};

namespace detail {

template <class T>
struct IsOf : std::false_type {};
template <std::size_t Parts>
struct IsOf<Of<Parts>> : std::true_type {};

}  // namespace detail

/// Training: drops Rate per cent of the values and multiplies the others by 1 / (1 - rate); prediction: y =
/// x. Shape: any, unchanged. The rate is an integer, because it is a template argument: Dropout<1, Of<1000>>
/// is 0.001. Options: Of<parts> (default 100), WholeSamples. Source: Keras' Dropout.
template <std::size_t Rate, class... Options>
struct Dropout : LayerDefaults {
  static constexpr DropoutRule rule{Rate, detail::Option<detail::IsOf, Of<100>, Options...>::type::parts,
                                    detail::has_option<WholeSamples, Options...>};
  static constexpr std::string_view keras_class = "Dropout";
  static constexpr std::string_view keras_prefix = "dropout";
  static constexpr Role role = Role::identity;
  static constexpr bool is_rate = rule.parts < rule.of;
  static constexpr std::string_view expects =
      is_rate ? "an image (height, width, channels) or a vector (units)" : "a rate from 0 to 99 per cent";

  static constexpr bool accepts(Shape input) { return is_rate && input.rank >= 1; }
  static constexpr Shape output_shape(Shape input) { return input; }
};

}  // namespace graft
