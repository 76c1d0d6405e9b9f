// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

namespace graft {

/// A loss is a rule for one sample, on what the last layer computes before its activation; `last_activation`
/// says which activation it takes the head to end in.
template <class L>
concept Loss = requires(const L& loss, const float* z, const float* target, std::size_t units, float* dz) {
  typename L::last_activation;
  { L::keras_name } -> std::convertible_to<std::string_view>;
  { loss.value(z, target, units) } -> std::same_as<float>;
  { loss.accuracy(z, target, units) } -> std::same_as<float>;
  loss.gradient(z, target, units, 1.0f, dz);
};

}  // namespace graft
