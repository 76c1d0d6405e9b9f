// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace graft::detail {

/// The last component of a weight's name without TensorFlow's output number: "kernel" of "conv2d_1/kernel:0".
inline std::string_view base_name(std::string_view weight) {
  weight.remove_prefix(weight.rfind('/') + 1);  // npos + 1 is 0
  return weight.substr(0, weight.rfind(':'));
}

/// Keras 2's name of a stored parameter, so far as its own name tells: of "conv2d_1/kernel:0", of
/// "kernel_1:0" (made unique by TensorFlow), of Keras 1's "block1_conv1_W_1:0". Empty for names that tell
/// nothing.
inline std::string_view parameter_name(std::string_view weight) {
  static constexpr std::array<std::string_view, 11> names{
      "kernel",           "bias", "gamma",    "beta", "moving_mean", "moving_variance", "depthwise_kernel",
      "pointwise_kernel", "mean", "variance", "count"};
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> keras1{
      {{"_W", "kernel"},
       {"_b", "bias"},
       {"_gamma", "gamma"},
       {"_beta", "beta"},
       {"_running_mean", "moving_mean"},
       {"_running_std", "moving_variance"}}};  // it held the variance in spite of its name
  std::string_view base = base_name(weight);
  const auto end = base.find_last_not_of("0123456789");
  if (end != std::string_view::npos && end + 1 < base.size() && base[end] == '_') base = base.substr(0, end);
  if (const auto found = std::find(names.begin(), names.end(), base); found != names.end()) return *found;
  for (const auto& [suffix, name] : keras1)
    if (base.ends_with(suffix)) return name;
  return {};
}

}  // namespace graft::detail
