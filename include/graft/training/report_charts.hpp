// SPDX-License-Identifier: MIT
#pragma once

#include <graft/training/history.hpp>
#include <graft/training/report_axis.hpp>
#include <graft/training/report_svg.hpp>
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
class Chart : Sheet {
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
             "\"><path class=\"line\" d=\"M1 6H25\"/>" + svg_mark(curve.css_class, 13, 6) + "</svg>" +
             html(curve.name) + "</li>";
    out += "</ul></figcaption>\n" + drawing();
    if (const std::size_t count = missing(); count > 0)
      out += "<p class=\"note\">" + std::to_string(count) + (count == 1 ? " value is" : " values are") +
             " not finite and cannot be drawn.</p>\n";
    for (const std::size_t first : history_.phases())
      out += "<p class=\"note\">" + phase_note(history_[first]) + "</p>\n";
    return out + "</figure>\n";
  }

 private:
  double x(const EpochLog& e) const { return x(e.epoch + 1); }
  double x(std::size_t number) const {
    if (first_ == last_) return (left + right) / 2;
    return left +
           (right - left) * static_cast<double>(number - 1 - first_) / static_cast<double>(last_ - first_);
  }
  double y(double value) const { return sheet_y(axis_, value); }

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
    std::string out = svg_sheet(history_.size() > 50 ? "plot dense" : "plot", description(), axis_, "Epoch");
    for (const std::size_t n : epoch_ticks(first_ + 1, last_ + 1))
      out += svg_label(x(n), bottom + 18, "middle", "tick", std::to_string(n));

    const double best = x(history_.best());
    const std::string_view side = best < left + 60 ? "start" : best > right - 60 ? "end" : "middle";
    out += "<path class=\"best\" d=\"M" + svg_point(best, top - 4) + "V" + svg_number(bottom) + "\"/>\n" +
           svg_label(side == "start" ? best - 4
                     : side == "end" ? best + 4
                                     : best,
                     top - 10, side, "best", "best: epoch " + std::to_string(history_.best().epoch + 1));
    for (const std::size_t first : history_.phases()) {
      const double between = (x(history_[first - 1]) + x(history_[first])) / 2;
      out += "<path class=\"phase\" d=\"M" + svg_point(between, top) + "V" + svg_number(bottom) + "\"/>\n";
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
      path += (open ? "L" : "M") + svg_point(x(e), y(value)) + (open ? "" : "h0");
      open = true;
      marks += svg_data_point(
          curve.css_class, x(e), y(value),
          "Epoch " + std::to_string(e.epoch + 1) + ", " + html(curve.name) + ": " + text_(value));
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
