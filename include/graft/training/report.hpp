// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/atomic_file.hpp>
#include <graft/training/confusion_matrix.hpp>
#include <graft/training/history.hpp>
#include <graft/training/report_charts.hpp>
#include <graft/training/report_confusion.hpp>
#include <graft/training/report_epochs.hpp>
#include <graft/training/report_mistakes.hpp>
#include <graft/training/report_page.hpp>
#include <graft/training/report_text.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace graft {

/// What a training run has to show. Everything may be empty; the page leaves out what is.
struct Report {
  std::string title{};
  History history{};
  std::vector<std::string> class_names{};
  ConfusionMatrix confusion{};      ///< of the validation images
  std::vector<Mistake> mistakes{};  ///< in any order
  ReportFacts facts{};              ///< "Images", "661 + 173"; "Seed", "42"
  std::string summary{};            ///< the model's summary, as text
};

namespace detail {

/// What the run was made of, and the model behind a fold.
inline std::string report_run(const Report& report) {
  if (report.facts.empty() && report.summary.empty()) return "";
  std::string out = "<section>\n<h2>This run</h2>\n" + report_facts(report.facts);
  if (!report.summary.empty())
    out += "<details>\n<summary>Model summary</summary>\n<pre tabindex=\"0\">" + html(report.summary) +
           "</pre>\n</details>\n";
  return out + "</section>\n";
}

/// The whole page.
inline std::string report_page(const Report& given) {
  Report report = given;
  if (report.class_names.empty()) report.class_names = report.confusion.names();
  std::string out;
  if (!report.history.empty())
    out += report_figures(report.history) + "<section>\n<h2>Curves</h2>\n" + report_charts(report.history) +
           "</section>\n";
  if (report.confusion.total() > 0)
    out += "<section>\n<h2>Validation images</h2>\n<div class=\"columns" +
           std::string{is_large(report.confusion) ? " stacked" : ""} + "\">\n" +
           report_matrix(report.confusion, report.class_names) +
           report_classes(report.confusion, report.class_names) + "</div>\n</section>\n";
  out += report_mistakes(report.mistakes, report.confusion, report.class_names);
  if (!report.history.empty()) out += report_epochs(report.history);
  out += report_run(report);
  return whole_page(report.title.empty() ? "Training report" : report.title, out);
}

}  // namespace detail

/// Writes a training run as one HTML page that needs no other file: curves, confusion matrix, the most wrong
/// images, all epochs. Any bytes are safe as names and file names. Throws OutputError, and ShapeError for a
/// thumbnail that is not (height, width, 3).
inline void write_report(const std::filesystem::path& path, const Report& report) {
  write_file(path, detail::report_page(report));
}

}  // namespace graft
