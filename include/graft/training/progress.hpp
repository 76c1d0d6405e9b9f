// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>
#include <graft/training/console.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace graft {

/// The progress line of one epoch, or of another long task, in Keras 2's words. On a terminal a bar that is
/// rewritten in place at most twenty times a second (Keras' verbose=1), elsewhere one line at the end
/// (verbose=2). For one thread. Source: tf_keras/utils/generic_utils.py, Progbar.
class Progress {
 public:
  /// A figure behind the bar, as it stands now.
  struct Value {
    std::string_view name;
    double value;
  };
  using Values = std::initializer_list<Value>;

  /// An epoch of so many steps; writes the title "Epoch 1/10" if there are several. `index` counts from zero.
  static Progress epoch(const Console& console, std::size_t index, std::size_t epochs, std::size_t steps) {
    if (console.stream && epochs > 1)
      *console.stream << "Epoch " << index + 1 << '/' << epochs << '\n' << std::flush;
    return Progress{console, "", steps, "step", "epoch"};
  }

  /// A task with a label in front of its bar: "Extracting features", 834, "image".
  static Progress task(const Console& console, std::string label, std::size_t total, std::string unit) {
    return Progress{console, std::move(label) + " ", total, std::move(unit), ""};
  }

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Ends a line that an exception left open, so that its message starts on a line of its own.
  ~Progress() {
    if (shown_ > 0) *console_.stream << std::endl;
  }

  /// Tells how much is done by now. Shows it if the last update is old enough.
  void update(std::size_t done, Values values = {}) {
    if (!console_.stream) return;
    const double now = console_.clock();
    measure(done, now);
    if (!console_.terminal || now - last_shown_ < 0.05) return;
    last_shown_ = now;
    const double left = unit_seconds_ * static_cast<double>(total_ - std::min(done, total_));
    std::string tail = " - ETA: " + eta(left);
    // Without figures the line has room for the speed; Keras leaves it out until the end.
    tail += values.size() == 0 ? " -" + speed(unit_seconds_, unit_) : figures(values);
    rewrite(fitted(done, tail));
  }

  /// Writes the last state of the line, with the time that was used, and ends it.
  void finish(Values values = {}) {
    if (!console_.stream) return;
    const double now = console_.clock();
    measure(total_, now);
    const std::string seconds = " - " + detail::fixed(now - start_, 0) + "s";
    if (console_.terminal) {
      rewrite(label_ + bar(total_, full_width) + seconds + speed(unit_seconds_, unit_) + figures(values));
    } else {
      const double average = total_ == 0 ? 0 : (now - start_) / static_cast<double>(total_);
      *console_.stream << label_ << count(total_) << seconds << figures(values)
                       << (whole_.empty() ? "" : " -" + speed(now - start_, whole_)) << " -"
                       << speed(average, unit_);
    }
    *console_.stream << std::endl;
    shown_ = 0;
  }

 private:
  static constexpr std::size_t full_width = 30;

  Progress(const Console& console, std::string label, std::size_t total, std::string unit, std::string whole)
      : console_{console},
        label_{std::move(label)},
        total_{total},
        unit_{std::move(unit)},
        whole_{std::move(whole)},
        start_{console.stream ? console.clock() : 0.0} {}

  /// The time of one unit. The first one, which warms caches and fills queues, is left out as soon as there
  /// are others.
  void measure(std::size_t done, double now) {
    if (done == 0) return;
    const bool skip_first = done > 1 && !std::isnan(first_done_);
    unit_seconds_ = skip_first ? (now - first_done_) / static_cast<double>(done - 1)
                               : (now - start_) / static_cast<double>(done);
    if (done == 1) first_done_ = now;
  }

  static std::string figures(Values values) {
    std::string text;
    for (const auto& [name, value] : values) {
      text.append(" - ").append(name).append(": ");
      text += std::abs(value) > 1e-3 ? detail::fixed(value, 4) : detail::scientific(value, 4);
    }
    return text;
  }

  static std::string speed(double seconds, const std::string& unit) {
    if (seconds >= 1 || seconds == 0) return " " + detail::fixed(seconds, 0) + "s/" + unit;
    if (seconds >= 1e-3) return " " + detail::fixed(1e3 * seconds, 0) + "ms/" + unit;
    return " " + detail::fixed(1e6 * seconds, 0) + "us/" + unit;
  }

  static std::string eta(double seconds) {
    const auto whole = static_cast<unsigned long long>(seconds);
    const auto two_digits = [](unsigned long long n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    if (seconds > 3600)
      return std::to_string(whole / 3600) + ':' + two_digits(whole % 3600 / 60) + ':' +
             two_digits(whole % 60);
    if (seconds > 60) return std::to_string(whole / 60) + ':' + two_digits(whole % 60);
    return std::to_string(whole) + 's';
  }

  /// " 7/52"
  std::string count(std::size_t done) const {
    const std::string all = std::to_string(total_), some = std::to_string(done);
    return std::string(all.size() - std::min(all.size(), some.size()), ' ') + some + '/' + all;
  }

  /// " 7/52 [===>..........................]"
  std::string bar(std::size_t done, std::size_t width) const {
    const std::size_t filled = total_ == 0 ? width : width * std::min(done, total_) / total_;
    std::string text(width, '.');
    std::fill_n(text.begin(), filled, '=');
    if (filled > 0 && done < total_) text[filled - 1] = '>';
    return count(done) + " [" + text + "]";
  }

  /// A line that wraps cannot be rewritten in place: on a narrow terminal first the bar gives way, then the
  /// end of the line.
  std::string fitted(std::size_t done, const std::string& tail) const {
    std::string line = label_ + bar(done, full_width) + tail;
    if (console_.columns == 0 || line.size() < console_.columns) return line;
    const std::size_t excess = line.size() - console_.columns + 1;
    line = label_ + bar(done, full_width - std::min(excess, full_width)) + tail;
    return line.substr(0, console_.columns - 1);
  }

  void rewrite(const std::string& line) {
    const std::string remnant(shown_ - std::min(shown_, line.size()), ' ');
    *console_.stream << '\r' << line << remnant << std::flush;
    shown_ = line.size();
  }

  Console console_;
  std::string label_;
  std::size_t total_;
  std::string unit_, whole_;
  double start_;
  double first_done_ = std::numeric_limits<double>::quiet_NaN();
  double last_shown_ = -std::numeric_limits<double>::infinity();
  double unit_seconds_ = 0;
  std::size_t shown_ = 0;  // characters of the line on the terminal
};

}  // namespace graft
