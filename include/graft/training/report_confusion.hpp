// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>
#include <graft/training/confusion_matrix.hpp>
#include <graft/training/report_text.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace graft::detail {

/// The name of a class as HTML, set apart from the text around it whatever its script.
inline std::string html_class(std::span<const std::string> names, std::size_t c) {
  return "<bdi>" + (c < names.size() ? html(names[c]) : "class " + std::to_string(c)) + "</bdi>";
}

/// Whether there are so many classes that the matrix needs the width of the page, and small cells.
inline bool is_large(const ConfusionMatrix& matrix) { return matrix.classes() > 8; }

/// Counts and their share of the actual class, as a table whose colours are the shares.
inline std::string report_matrix(const ConfusionMatrix& matrix, std::span<const std::string> names) {
  const std::size_t n = matrix.classes();
  const bool many = is_large(matrix);  // then the shares move into tooltips
  std::string out =
      "<div class=\"scroll\" role=\"region\" aria-label=\"Confusion matrix\" tabindex=\"0\">\n<table "
      "class=\"";
  out += many ? "matrix many" : "matrix";
  out +=
      "\">\n<caption>Rows are the actual classes, columns the predicted "
      "ones.</caption>\n<thead><tr><td></td>";
  for (std::size_t p = 0; p < n; ++p)
    out += "<th scope=\"col\" class=\"class\">" + html_class(names, p) + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (std::size_t a = 0; a < n; ++a) {
    out += "<tr><th scope=\"row\">" + html_class(names, a) + "</th>";
    for (std::size_t p = 0; p < n; ++p) {
      const std::size_t count = matrix.count(a, p);
      const double share =
          count == 0 ? 0 : static_cast<double>(count) / static_cast<double>(matrix.actual(a));
      if (count == 0) {
        out += "<td class=\"none\">" + std::string{many ? "·" : "0"} + "</td>";
        continue;
      }
      // Even a single mistake gets a tint that can be seen; none is so strong that the text suffers.
      out += "<td style=\"background:rgb(var(--" + std::string{a == p ? "right" : "wrong"} + ") / " +
             fixed(0.08 + 0.3 * share, 2) + ")\"";
      const std::string share_text = html_percent(share);
      if (many)
        out += " title=\"" + share_text + "\">" + std::to_string(count) + "</td>";
      else
        out += "><b>" + std::to_string(count) + "</b><span class=\"note\">" + share_text + "</span></td>";
    }
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n</div>\n";
}

/// Precision and recall of each class.
inline std::string report_classes(const ConfusionMatrix& matrix, std::span<const std::string> names) {
  std::string out =
      "<div class=\"scroll\" role=\"region\" aria-label=\"Precision and recall\" tabindex=\"0\">\n<table "
      "class=\"wide classes\">\n"
      "<caption>Precision: the share of the images taken for a class that are of it. Recall: the share of "
      "the images "
      "of a class that were recognised.</caption>\n<thead><tr><th scope=\"col\">Class</th><th "
      "scope=\"col\">Images"
      "</th><th scope=\"col\">Precision</th><th scope=\"col\">Recall</th></tr></thead>\n<tbody>\n";
  for (std::size_t c = 0; c < matrix.classes(); ++c)
    out += "<tr><th scope=\"row\">" + html_class(names, c) + "</th><td>" + std::to_string(matrix.actual(c)) +
           "</td><td>" + html_percent(matrix.precision(c)) + "</td><td>" + html_percent(matrix.recall(c)) +
           "</td></tr>\n";
  return out + "</tbody>\n</table>\n</div>\n";
}

}  // namespace graft::detail
