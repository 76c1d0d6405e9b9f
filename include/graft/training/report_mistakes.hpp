// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/sort_by.hpp>
#include <graft/data/encode_image.hpp>
#include <graft/tensor/tensor.hpp>
#include <graft/training/confusion_matrix.hpp>
#include <graft/training/report_confusion.hpp>
#include <graft/training/report_text.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace graft {

/// One validation image of the report, usually one that was taken for another class.
struct Mistake {
  std::string file{};  ///< as the reader shall see it
  std::size_t actual = 0;
  std::size_t predicted = 0;  ///< equal to `actual` for an image that was recognised, but barely
  double probability = 0;     ///< of the predicted class, 0 to 1
  Pixels thumbnail{};         ///< stored as it is: 150 to 300 pixels a side are enough. // (height, width, 3)
};

namespace detail {

inline std::string report_image(const Mistake& m, std::span<const std::string> names) {
  std::string out = "<li>";
  if (m.thumbnail.size() == 0)
    out += "<div class=\"blank\"></div>";
  else
    out += "<img alt=\"" + html(m.file) + "\" width=\"" + std::to_string(m.thumbnail.shape()[1]) +
           "\" height=\"" + std::to_string(m.thumbnail.shape()[0]) + "\" src=\"data:image/jpeg;base64," +
           base64(encode_jpeg(m.thumbnail, 85)) + "\">";
  const std::string predicted =
      "<strong>" + html_class(names, m.predicted) + "</strong> " + html_percent(m.probability, 1);
  if (m.actual == m.predicted)
    out += "<div>" + predicted + "</div>";
  else
    out += "<div>predicted " + predicted + "</div><div>actual <strong>" + html_class(names, m.actual) +
           "</strong></div>";
  return out + "<bdi class=\"file\">" + html(m.file) + "</bdi></li>\n";
}

/// The wrong images, the surest first; without any, those that were recognised with the least certainty.
inline std::string report_mistakes(std::span<const Mistake> mistakes, const ConfusionMatrix& confusion,
                                   std::span<const std::string> names) {
  std::vector<const Mistake*> wrong, right;
  for (const Mistake& m : mistakes) (m.actual == m.predicted ? right : wrong).push_back(&m);
  sort_by(wrong, [](const Mistake* m) { return -m->probability; });
  sort_by(right, [](const Mistake* m) { return m->probability; });

  const std::size_t total = confusion.total();
  const std::size_t count = total > 0 ? total - confusion.correct() : wrong.size();
  if (count == 0 && total == 0 && right.empty()) return "";
  std::string out = "<section>\n<h2>Mistakes</h2>\n<p>";
  if (count == 0) {
    out += "There are none";
    if (total > 0) out += ": all " + std::to_string(total) + " validation images were recognised";
    if (!right.empty()) out += ". The least certain of them";
  } else {
    out += std::to_string(count);
    if (total > 0) out += " of " + std::to_string(total);
    out += count == 1 ? " validation image was" : " validation images were";
    out += " taken for another class";
    if (wrong.size() < count && !wrong.empty()) out += ". The " + std::to_string(wrong.size()) + " worst";
  }
  const auto& shown = count == 0 ? right : wrong;
  out += std::string{shown.empty() ? "." : ":"} + "</p>\n";
  if (!shown.empty()) {
    out += "<ul class=\"gallery\">\n";
    for (const Mistake* m : shown) out += report_image(*m, names);
    out += "</ul>\n";
  }
  return out + "</section>\n";
}

}  // namespace detail
}  // namespace graft
