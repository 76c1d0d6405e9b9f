// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>
#include <graft/training/history.hpp>
#include <graft/training/report_axis.hpp>
#include <graft/training/report_text.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace graft::detail {

/// A line of a chart. The class gives it its colour and the shape of its marks.
struct Curve {
  std::string_view name;       ///< "Training"
  std::string_view css_class;  ///< "train" (circles) or "val" (squares)
  double EpochLog::*value;
};

/// One figure of the report as an inline SVG: the training and validation curves of one quantity.
class Chart {
 public:
  using Text = std::string (*)(double);

  Chart(std::string_view title, const History& history, std::vector<Curve> curves,
        Axis (*axis)(double, double), Text text)
      : title_{title}, history_{history}, curves_{std::move(curves)}, text_{text} {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const Curve& curve : curves_)
      for (const EpochLog& e : history_)
        if (drawable(e.*curve.value)) {
          low = std::min(low, e.*curve.value);
          high = std::max(high, e.*curve.value);
        }
    axis_ = low <= high ? axis(low, high) : axis(0, 1);
    first_ = last_ = history_.front().epoch;
    for (const EpochLog& e : history_) {
      first_ = std::min(first_, e.epoch);
      last_ = std::max(last_, e.epoch);
    }
  }

  /// <figure> with heading, legend and drawing.
  std::string figure() const {
    std::string out = "<figure class=\"chart\">\n<figcaption><h3>" + html(title_) + "</h3>";
    if (axis_.logarithmic) out += " <span class=\"note\">logarithmic scale</span>";
    out += "<ul class=\"legend\">";
    for (const Curve& curve : curves_)
      out += "<li><svg viewBox=\"0 0 26 12\" aria-hidden=\"true\" class=\"" + std::string{curve.css_class} +
             "\"><path class=\"line\" d=\"M1 6H25\"/>" + mark(curve, 13, 6) + "</svg>" + html(curve.name) +
             "</li>";
    out += "</ul></figcaption>\n" + drawing();
    if (const std::size_t count = missing(); count > 0)
      out += "<p class=\"note\">" + std::to_string(count) + (count == 1 ? " value is" : " values are") +
             " not finite and cannot be drawn.</p>\n";
    for (const std::size_t first : history_.phases())
      out += "<p class=\"note\">" + phase_note(history_[first]) + "</p>\n";
    return out + "</figure>\n";
  }

 private:
  static constexpr double width = 480, height = 276, left = 58, right = 474, top = 24, bottom = 232;

  double x(const EpochLog& e) const { return x(e.epoch + 1); }
  double x(std::size_t number) const {
    if (first_ == last_) return (left + right) / 2;
    return left +
           (right - left) * static_cast<double>(number - 1 - first_) / static_cast<double>(last_ - first_);
  }
  double y(double value) const { return bottom - (bottom - top) * axis_.position(value); }

  static std::string number(double coordinate) {
    std::string text = fixed(coordinate, 1);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text;
  }
  static std::string point(double x, double y) { return number(x) + " " + number(y); }

  static std::string mark(const Curve& curve, double x, double y) {
    if (curve.css_class == "val")
      return "<rect class=\"mark\" x=\"" + number(x - 3) + "\" y=\"" + number(y - 3) +
             "\" width=\"6\" height=\"6\"/>";
    return "<circle class=\"mark\" cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"3\"/>";
  }

  static std::string label(double x, double y, std::string_view anchor, std::string_view css_class,
                           std::string_view text) {
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string{anchor} +
           "\" class=\"" + std::string{css_class} + "\">" + html(text) + "</text>\n";
  }

  /// Not every epoch need be validated; the line then goes from one that was to the next.
  static bool measured(const Curve& curve, const EpochLog& e) {
    return curve.css_class != "val" || e.validated();
  }

  std::size_t missing() const {
    std::size_t count = 0;
    for (const Curve& curve : curves_)
      for (const EpochLog& e : history_)
        if (!drawable(e.*curve.value) && measured(curve, e)) ++count;
    return count;
  }

  /// What the drawing shows, for those who cannot see it.
  std::string description() const {
    std::string text = std::string{title_} + " by epoch.";
    for (const Curve& curve : curves_)
      text += " " + std::string{curve.name} + ": " + text_(history_.front().*curve.value) + " at first, " +
              text_(history_.back().*curve.value) + " at last.";
    for (const std::size_t first : history_.phases()) text += " " + phase_note(history_[first]);
    return text;
  }

  static std::string phase_note(const EpochLog& first) {
    return "A new phase of training begins with epoch " + std::to_string(first.epoch + 1) + ".";
  }

  std::string drawing() const {
    // With very many points their marks would hide the line: they show when pointed at.
    std::string out = "<svg viewBox=\"0 0 " + number(width) + " " + number(height) +
                      "\" role=\"img\" class=\"" + (history_.size() > 50 ? "plot dense" : "plot") +
                      "\" aria-label=\"" + description() + "\">\n";
    std::string grid;
    for (const auto& [value, name] : axis_.ticks) {
      grid += "M" + point(left, y(value)) + "H" + number(right);
      out += label(left - 8, y(value) + 4, "end", "tick", name);
    }
    out += "<path class=\"grid\" d=\"" + grid + "\"/>\n";
    for (const std::size_t n : epoch_ticks(first_ + 1, last_ + 1))
      out += label(x(n), bottom + 18, "middle", "tick", std::to_string(n));
    out += label((left + right) / 2, bottom + 38, "middle", "tick", "Epoch");

    const double best = x(history_.best());
    const std::string_view side = best < left + 60 ? "start" : best > right - 60 ? "end" : "middle";
    out += "<path class=\"best\" d=\"M" + point(best, top - 4) + "V" + number(bottom) + "\"/>\n" +
           label(side == "start" ? best - 4
                 : side == "end" ? best + 4
                                 : best,
                 top - 10, side, "best", "best: epoch " + std::to_string(history_.best().epoch + 1));
    for (const std::size_t first : history_.phases()) {
      const double between = (x(history_[first - 1]) + x(history_[first])) / 2;
      out += "<path class=\"phase\" d=\"M" + point(between, top) + "V" + number(bottom) + "\"/>\n";
    }
    for (const Curve& curve : curves_) out += line(curve);
    return out + "</svg>\n";
  }

  /// The line, broken where a value cannot be drawn, and a mark for each point with its value as a tooltip.
  std::string line(const Curve& curve) const {
    std::string path, marks;
    bool open = false;
    for (const EpochLog& e : history_) {
      const double value = e.*curve.value;
      if (!drawable(value)) {
        if (measured(curve, e)) open = false;
        continue;
      }
      // The empty stroke shows a point that has no neighbours as a dot.
      path += (open ? "L" : "M") + point(x(e), y(value)) + (open ? "" : "h0");
      open = true;
      marks += "<g class=\"point\"><circle class=\"reach\" cx=\"" + number(x(e)) + "\" cy=\"" +
               number(y(value)) + "\" r=\"9\"/>" + mark(curve, x(e), y(value)) + "<title>Epoch " +
               std::to_string(e.epoch + 1) + ", " + html(curve.name) + ": " + text_(value) + "</title></g>\n";
    }
    if (path.empty()) return "";
    return "<g class=\"" + std::string{curve.css_class} + "\"><path class=\"line\" d=\"" + path + "\"/>\n" +
           marks + "</g>\n";
  }

  std::string_view title_;
  const History& history_;
  std::vector<Curve> curves_;
  Text text_;
  Axis axis_;
  std::size_t first_ = 0, last_ = 0;
};

/// The curves of accuracy and of loss, side by side. Needs at least one epoch.
inline std::string report_charts(const History& history) {
  std::vector<Curve> accuracy{{"Training", "train", &EpochLog::accuracy}};
  std::vector<Curve> loss{{"Training", "train", &EpochLog::loss}};
  if (history.validated()) {
    accuracy.push_back({"Validation", "val", &EpochLog::val_accuracy});
    loss.push_back({"Validation", "val", &EpochLog::val_loss});
  }
  return "<div class=\"charts\">\n" +
         Chart{"Accuracy", history, accuracy, accuracy_axis, [](double v) { return html_percent(v); }}
             .figure() +
         Chart{"Loss", history, loss, loss_axis, html_loss}.figure() + "</div>\n";
}

}  // namespace graft::detail
