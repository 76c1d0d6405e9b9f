// SPDX-License-Identifier: MIT
#pragma once

#include <graft/training/report_axis.hpp>
#include <graft/training/report_svg.hpp>
#include <graft/training/report_text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace graft::detail {

/// A named point of a scatter plot.
struct ScatterPoint {
  std::string name;
  double cost;      ///< along the horizontal axis, from zero
  double accuracy;  ///< 0 to 1; one that was not measured is NaN and not drawn
};

/// One figure of the report as an inline SVG: validation accuracy against a cost, each point with its name.
class Scatter : Sheet {
 public:
  Scatter(std::string_view title, std::string_view cost_name, std::vector<ScatterPoint> points)
      : title_{title}, cost_name_{cost_name}, points_{std::move(points)} {
    missing_ = std::erase_if(
        points_, [](const ScatterPoint& p) { return !drawable(p.cost) || !drawable(p.accuracy); });
    double low = 1, high = 0, most = 0;
    for (const ScatterPoint& p : points_) {
      low = std::min(low, p.accuracy);
      high = std::max(high, p.accuracy);
      most = std::max(most, p.cost);
    }
    vertical_ = low <= high ? accuracy_axis(low, high) : accuracy_axis(0, 1);
    horizontal_ = linear_axis(0, most > 0 ? most : 1, axis_number);
  }

  /// <figure> with heading and drawing.
  std::string figure() const {
    std::string out = "<figure class=\"chart\">\n<figcaption><h3>" + html(title_) + "</h3></figcaption>\n" +
                      svg_sheet("plot", description(), vertical_, cost_name_);
    for (const auto& [value, name] : horizontal_.ticks)
      out += svg_label(sheet_x(horizontal_, value), bottom + 18, value < horizontal_.high ? "middle" : "end",
                       "tick", name);  // within the sheet
    std::string marks;
    std::vector<Box> taken;
    for (const ScatterPoint& p : points_) taken.push_back({x(p) - 5, x(p) + 5, y(p) - 5, y(p) + 5});
    for (const ScatterPoint& p : points_) {
      marks += svg_data_point("val", x(p), y(p), text(p));
      out += label(p, taken);
    }
    out += "<g class=\"val\">" + marks + "</g>\n</svg>\n";
    if (missing_ > 0)
      out += "<p class=\"note\">" + std::to_string(missing_) +
             (missing_ == 1 ? " point was" : " points were") + " not measured.</p>\n";
    return out + "</figure>\n";
  }

 private:
  struct Box {
    double left, right, top, bottom;
    bool meets(const Box& other) const {
      return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }
  };

  double x(const ScatterPoint& p) const { return sheet_x(horizontal_, p.cost); }
  double y(const ScatterPoint& p) const { return sheet_y(vertical_, p.accuracy); }

  std::string text(const ScatterPoint& p) const {
    // Four digits, as the axes and the tables have them at most.
    const int size = p.cost > 0 ? static_cast<int>(std::floor(std::log10(p.cost))) : 0;
    return html(p.name) + ": " + html_percent(p.accuracy) + " at " +
           fixed(p.cost, std::clamp(3 - size, 0, 4));
  }

  /// What the drawing shows, for those who cannot see it.
  std::string description() const {
    std::string all = html(title_) + ". Horizontal: " + html(cost_name_) + ".";
    for (const ScatterPoint& p : points_) all += " " + text(p) + ".";
    return all;
  }

  /// The name of a point, where it hides no mark and no other name if there is such a place.
  std::string label(const ScatterPoint& p, std::vector<Box>& taken) const {
    constexpr double character = 7.2, ascent = 10, descent = 3;  // of the style's 13 px
    struct Place {
      double dx, dy;
      std::string_view anchor;
    };
    constexpr std::array<Place, 10> places{{{8, 4.5, "start"},
                                            {-8, 4.5, "end"},
                                            {0, -9, "middle"},
                                            {0, 19, "middle"},
                                            {8, -9, "start"},
                                            {-8, -9, "end"},
                                            {8, 19, "start"},
                                            {-8, 19, "end"},
                                            {0, -23, "middle"},
                                            {0, 33, "middle"}}};
    const double length = character * static_cast<double>(p.name.size());
    const auto box = [&](const Place& place) {
      const double at = x(p) + place.dx, base = y(p) + place.dy;
      const double from = place.anchor == "start" ? at
                          : place.anchor == "end" ? at - length
                                                  : at - length / 2;
      return Box{from, from + length, base - ascent, base + descent};
    };
    const auto fits = [&](const Place& place) {
      const Box own = box(place);
      return own.left >= left && own.right <= Sheet::width && own.top >= 0 && own.bottom <= bottom &&
             std::none_of(taken.begin(), taken.end(), [&](const Box& other) { return own.meets(other); });
    };
    const auto free = std::find_if(places.begin(), places.end(), fits);
    const Place& place = free == places.end() ? places.front() : *free;
    taken.push_back(box(place));
    return svg_label(x(p) + place.dx, y(p) + place.dy, place.anchor, "tick", p.name);
  }

  std::string_view title_, cost_name_;
  std::vector<ScatterPoint> points_;
  std::size_t missing_ = 0;
  Axis vertical_, horizontal_;
};

}  // namespace graft::detail
