// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace graft::detail {

/// The vertical axis of a chart: its range, where its grid lines stand, and what they are called.
struct Axis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;
  std::vector<std::pair<double, std::string>> ticks{};

  /// 0 at the lower end, 1 at the upper one.
  double position(double value) const {
    if (logarithmic) return std::log(value / low) / std::log(high / low);
    return (value - low) / (high - low);
  }
};

/// Whether a chart can show a value; an axis that reaches to 1e300 could show nothing else.
inline bool drawable(double value) { return std::abs(value) < 1e100; }

/// The step of 1, 2 or 5 times a power of ten that divides `range` into about `parts`, and that power.
inline std::pair<double, int> nice_step(double range, double parts) {
  const double rough = range / parts;
  int power = static_cast<int>(std::floor(std::log10(rough)));
  const double digit = rough / std::pow(10.0, power);
  const int nice = digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10;
  if (nice == 10) ++power;
  return {(nice == 10 ? 1 : nice) * std::pow(10.0, power), power};
}

/// Fills in an axis from `low` to `high` and widens it to whole steps.
template <typename Label>
Axis linear_axis(double low, double high, const Label& label) {
  const auto [step, power] = nice_step(high - low, 4);
  const double first = std::floor(low / step + 1e-6), last = std::ceil(high / step - 1e-6);
  Axis axis{.low = first * step, .high = last * step};
  for (double i = first; i <= last; ++i) axis.ticks.emplace_back(i * step, label(i * step, power));
  return axis;
}

/// An axis for values between 0 and 1, in per cent, that never leaves that range.
inline Axis accuracy_axis(double lowest, double highest) {
  const double margin = std::max(0.0, 0.01 - (highest - lowest));  // a flat curve gets a whole per cent
  const double low = std::max(0.0, lowest - margin), high = std::min(1.0, highest + margin);
  return linear_axis(low, high,
                     [](double value, int power) { return percent(value, std::max(0, -2 - power)); });
}

/// A number on an axis whose finest digit is 10^power.
inline std::string axis_number(double value, int power) {
  if (value == 0) return "0";
  const int size = static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-9));
  if (power >= -4 && size <= 5) return fixed(value, std::max(0, -power));
  return scientific(value, std::max(0, size - power));
}

/// An axis for positive values of very different sizes, with lines at 1, 2 and 5 or only at powers of ten.
inline Axis logarithmic_axis(double lowest, double highest) {
  const int first = static_cast<int>(std::floor(std::log10(lowest) + 1e-9));
  const int last = static_cast<int>(std::ceil(std::log10(highest) - 1e-9));
  const int decades = std::max(1, last - first);
  const int stride = (decades + 5) / 6;  // at most about seven lines
  Axis axis{.logarithmic = true};
  for (int power = first; power <= last; power += stride)
    for (const int digit : {1, 2, 5})
      if (digit == 1 || (decades <= 3 && power < last))
        axis.ticks.emplace_back(digit * std::pow(10.0, power),
                                axis_number(digit * std::pow(10.0, power), power));
  if (axis.ticks.back().first < highest * (1 - 1e-9)) {
    const int power = first + (last - first + stride - 1) / stride * stride;
    axis.ticks.emplace_back(std::pow(10.0, power), axis_number(std::pow(10.0, power), power));
  }
  // Lines beyond the data but for the nearest one are of no use.
  while (axis.ticks.size() > 2 && axis.ticks[1].first <= lowest) axis.ticks.erase(axis.ticks.begin());
  while (axis.ticks.size() > 2 && axis.ticks[axis.ticks.size() - 2].first >= highest) axis.ticks.pop_back();
  axis.low = axis.ticks.front().first;
  axis.high = axis.ticks.back().first;
  return axis;
}

/// An axis for losses: from zero if the curves come near it, logarithmic if they span more than a factor
/// of 20.
inline Axis loss_axis(double lowest, double highest) {
  if (lowest > 0 && highest > 20 * lowest) return logarithmic_axis(lowest, highest);
  const double size = std::max(std::abs(lowest), std::abs(highest));
  if (size == 0) return linear_axis(0, 1, axis_number);
  const double margin = std::max(0.0, 0.02 * size - (highest - lowest));
  const bool near_zero = lowest >= 0 && lowest < 0.6 * highest;
  return linear_axis(near_zero ? 0 : lowest - margin, highest + margin, axis_number);
}

/// The epochs that the horizontal axis names, at most about twelve.
inline std::vector<std::size_t> epoch_ticks(std::size_t first, std::size_t last) {
  std::size_t step = 1;
  for (std::size_t i = 0; (last - first) / step > 12; ++i)
    step = step * (i % 3 == 1 ? 5 : 4) / 2;  // 1 2 5 10 …
  std::vector<std::size_t> ticks;
  if (step > 2 && first % step != 0 && first % step <= step / 2) ticks.push_back(first);
  for (std::size_t n = (first + step - 1) / step * step; n <= last; n += step) ticks.push_back(n);
  return ticks;
}

}  // namespace graft::detail
