// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/host_device.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace graft {

/// An optimizer holds rates; for each step it picks the rule that moves one weight, a type without branches:
/// `visit_rule(step, f)` calls f(rule), and rule(w, g, slots) works on float and on vectors of floats; it is
/// best marked always_inline, for a call would take the vectors through memory, and GRAFT_HOST_DEVICE, for
/// devices.
/// A rule that leaves w as it is where g is zero may say so, `keeps_weight_at_zero_gradient()`: a backend
/// then need not touch such weights. `slots` is the number of floats that it may keep beside each weight; one
/// that keeps fewer says which, `uses_slot(k)`, the first always: the others' pointers are null then, and
/// `slot_count` of the optimizer is how many there are. Steps count from 1.
template <class O>
concept Optimizer = requires(const O& optimizer) {
  { optimizer.learning_rate } -> std::convertible_to<float>;
  { O::keras_class } -> std::convertible_to<std::string_view>;
  { optimizer.slot_count() } -> std::same_as<std::size_t>;
  optimizer.visit_rule(std::uint64_t{1}, [](const auto&) {});
};

}  // namespace graft
