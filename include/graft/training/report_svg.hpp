// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>
#include <graft/training/report_axis.hpp>
#include <graft/training/report_text.hpp>

#include <string>
#include <string_view>

// The pieces that the report's drawings are made of.
namespace graft::detail {

/// The sheet that a chart is drawn on, in units of its SVG, and the rectangle between its axes.
struct Sheet {
  static constexpr double width = 480, height = 276, left = 58, right = 474, top = 24, bottom = 232;
};

/// A coordinate, to a tenth.
inline std::string svg_number(double coordinate) {
  std::string text = fixed(coordinate, 1);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}
inline std::string svg_point(double x, double y) { return svg_number(x) + " " + svg_number(y); }

inline std::string svg_label(double x, double y, std::string_view anchor, std::string_view css_class,
                             std::string_view text) {
  return "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\" text-anchor=\"" +
         std::string{anchor} + "\" class=\"" + std::string{css_class} + "\">" + html(text) + "</text>\n";
}

/// A mark of what was validated is a square, of what was trained a circle.
inline std::string svg_mark(std::string_view css_class, double x, double y) {
  if (css_class == "val")
    return "<rect class=\"mark\" x=\"" + svg_number(x - 3) + "\" y=\"" + svg_number(y - 3) +
           "\" width=\"6\" height=\"6\"/>";
  return "<circle class=\"mark\" cx=\"" + svg_number(x) + "\" cy=\"" + svg_number(y) + "\" r=\"3\"/>";
}

/// A mark with a tooltip, which is HTML already, that shows around it too.
inline std::string svg_data_point(std::string_view css_class, double x, double y,
                                  const std::string& tooltip) {
  return "<g class=\"point\"><circle class=\"reach\" cx=\"" + svg_number(x) + "\" cy=\"" + svg_number(y) +
         "\" r=\"9\"/>" + svg_mark(css_class, x, y) + "<title>" + tooltip + "</title></g>\n";
}

inline double sheet_x(const Axis& axis, double value) {
  return Sheet::left + (Sheet::right - Sheet::left) * axis.position(value);
}
inline double sheet_y(const Axis& axis, double value) {
  return Sheet::bottom - (Sheet::bottom - Sheet::top) * axis.position(value);
}

/// The beginning of a drawing: what it shows for those who cannot see it, which is HTML already, the
/// horizontal lines of its vertical axis, and the name of the other one.
inline std::string svg_sheet(std::string_view css_class, const std::string& description, const Axis& vertical,
                             std::string_view horizontal_name) {
  std::string out = "<svg viewBox=\"0 0 " + svg_number(Sheet::width) + " " + svg_number(Sheet::height) +
                    "\" role=\"img\" class=\"" + std::string{css_class} + "\" aria-label=\"" + description +
                    "\">\n";
  std::string grid;
  for (const auto& [value, name] : vertical.ticks) {
    grid += "M" + svg_point(Sheet::left, sheet_y(vertical, value)) + "H" + svg_number(Sheet::right);
    out += svg_label(Sheet::left - 8, sheet_y(vertical, value) + 4, "end", "tick", name);
  }
  out += "<path class=\"grid\" d=\"" + grid + "\"/>\n";
  return out +
         svg_label((Sheet::left + Sheet::right) / 2, Sheet::bottom + 38, "middle", "tick", horizontal_name);
}

}  // namespace graft::detail
