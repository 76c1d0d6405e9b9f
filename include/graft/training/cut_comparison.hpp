// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/atomic_file.hpp>
#include <graft/model/profile_columns.hpp>
#include <graft/training/cut_point.hpp>
#include <graft/training/history.hpp>
#include <graft/training/report_page.hpp>
#include <graft/training/report_scatter.hpp>

namespace graft {

/// What a head reached behind one cut of a backbone.
struct CutResult {
  CutPoint cut{};
  std::size_t head_parameters = 0;  ///< that were trained
  History history{};                ///< of the head's `fit`, validated

  /// The best epoch's validation accuracy and loss; NaN if no epoch was validated.
  double accuracy() const { return history.empty() ? EpochLog{}.val_accuracy : history.best().val_accuracy; }
  double loss() const { return history.empty() ? EpochLog{}.val_loss : history.best().val_loss; }
  /// Seconds of training, validation included.
  double training_seconds() const {
    double sum = 0;
    for (const EpochLog& e : history) sum += e.seconds;
    return sum;
  }
};

/// The same head behind several cuts of one backbone: which layer to cut at.
struct CutComparison {
  std::string title{};
  std::vector<CutResult> results{};  ///< in the order in which they are to be shown
  ReportFacts facts{};

  /// The cut with the highest validation accuracy, of equals that with the fewest multiply-adds. Throws
  /// DataError if there is none.
  const CutResult& best() const {
    if (results.empty()) throw DataError{"CutComparison::best", "at least one cut", "none"};
    const auto score = [](const CutResult& r) { return std::isnan(r.accuracy()) ? -1.0 : r.accuracy(); };
    return *std::min_element(results.begin(), results.end(), [&](const CutResult& a, const CutResult& b) {
      return score(a) != score(b) ? score(a) > score(b) : a.cut.macs < b.cut.macs;
    });
  }

  /// The cuts, one a line.
  std::string table() const;
};

namespace detail {

/// The columns of a comparison: a heading, the unit below it, and a cell of each cut.
struct CutColumn {
  std::string_view heading, unit;
  std::string (*cell)(const CutResult&);
};

inline double in_millions(std::size_t count) { return static_cast<double>(count) / 1e6; }

inline constexpr CutColumn cut_columns[]{
    {"cut", "", [](const CutResult& r) { return r.cut.layer; }},
    {"features", "", [](const CutResult& r) { return to_string(r.cut.shape); }},
    {"feature", "values", [](const CutResult& r) { return std::to_string(r.cut.shape.size()); }},
    {"backbone", "parameters", [](const CutResult& r) { return std::to_string(r.cut.parameters); }},
    {"head", "parameters", [](const CutResult& r) { return std::to_string(r.head_parameters); }},
    {"multiply-adds", "millions", [](const CutResult& r) { return fixed(in_millions(r.cut.macs), 1); }},
    {"backbone", "ms an image", [](const CutResult& r) { return fixed(1e3 * r.cut.seconds, 2); }},
    {"training", "s", [](const CutResult& r) { return fixed(r.training_seconds(), 2); }},
    {"validation", "accuracy", [](const CutResult& r) { return percent(r.accuracy()); }},
    {"validation", "loss", [](const CutResult& r) { return fixed(r.loss(), 4); }}};

inline std::string cut_table(const CutComparison& comparison) {
  std::string out =
      "<section>\n<h2>Cuts</h2>\n<div class=\"scroll\" role=\"region\" aria-label=\"Cuts\" "
      "tabindex=\"0\">\n<table class=\"wide classes\">\n<caption>Accuracy and loss are those of the epoch "
      "with the highest validation accuracy. Milliseconds are those of one thread.</caption>\n<thead><tr>";
  for (const CutColumn& column : cut_columns)
    out += "<th scope=\"col\">" + html(column.heading) + (column.unit.empty() ? "" : "<br/>") +
           html(column.unit) + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (const CutResult& result : comparison.results) {
    out += &result == &comparison.best() ? "<tr class=\"best\">" : "<tr>";
    for (const CutColumn& column : cut_columns) {
      const bool first = &column == cut_columns;
      out +=
          (first ? "<th scope=\"row\">" : "<td>") + html(column.cell(result)) + (first ? "</th>" : "</td>");
    }
    out += "</tr>\n";
  }
  return out + "</tbody>\n</table>\n</div>\n</section>\n";
}

inline std::string cut_figures(const CutComparison& comparison) {
  const CutResult& best = comparison.best();
  return "<dl class=\"figures\">\n" +
         report_figure("Best cut", "<bdi>" + html(best.cut.layer) + "</bdi>",
                       "of " + std::to_string(comparison.results.size())) +
         report_figure("Validation accuracy", html_percent(best.accuracy()),
                       "loss " + html_loss(best.loss())) +
         report_figure("Features", std::to_string(best.cut.shape.size()), html(to_string(best.cut.shape))) +
         report_figure("Multiply-adds", fixed(in_millions(best.cut.macs), 1) + "&nbsp;M",
                       fixed(1e3 * best.cut.seconds, 2) + "&nbsp;ms an image") +
         "</dl>\n";
}

inline std::string cut_charts(const CutComparison& comparison) {
  struct Cost {
    std::string_view title, name;
    double (*of)(const CutResult&);
  };
  static constexpr Cost costs[]{
      {"Accuracy and feature size", "Values of an image's features",
       [](const CutResult& r) { return static_cast<double>(r.cut.shape.size()); }},
      {"Accuracy and multiply-adds", "Multiply-adds for an image, in millions",
       [](const CutResult& r) { return in_millions(r.cut.macs); }},
      {"Accuracy and the backbone's time", "Milliseconds of one thread for an image",
       [](const CutResult& r) { return 1e3 * r.cut.seconds; }},
      {"Accuracy and the head's time", "Seconds of training",
       [](const CutResult& r) { return r.training_seconds(); }}};
  std::string out = "<section>\n<h2>Validation accuracy against cost</h2>\n<div class=\"charts\">\n";
  for (const Cost& cost : costs) {
    std::vector<ScatterPoint> points;
    for (const CutResult& r : comparison.results) points.push_back({r.cut.layer, cost.of(r), r.accuracy()});
    out += Scatter{cost.title, cost.name, std::move(points)}.figure();
  }
  return out + "</div>\n</section>\n";
}

inline std::string comparison_page(const CutComparison& comparison) {
  std::string out;
  if (!comparison.results.empty())
    out = cut_figures(comparison) + cut_charts(comparison) + cut_table(comparison);
  if (!comparison.facts.empty())
    out += "<section>\n<h2>This run</h2>\n" + report_facts(comparison.facts) + "</section>\n";
  return whole_page(comparison.title.empty() ? "Comparison of cuts" : comparison.title, out);
}

}  // namespace detail

inline std::string CutComparison::table() const {
  std::vector<std::vector<std::string>> rows(2);
  for (const detail::CutColumn& column : detail::cut_columns) {
    rows[0].emplace_back(column.heading);
    rows[1].emplace_back(column.unit);
  }
  rows.emplace_back();  // a rule
  for (const CutResult& result : results) {
    rows.emplace_back();
    for (const detail::CutColumn& column : detail::cut_columns) rows.back().push_back(column.cell(result));
  }
  return detail::columns(rows, 1);
}

/// Writes a comparison as one HTML page that needs no other file: validation accuracy against feature size,
/// multiply-adds and time, and the table. Any bytes are safe as names. Throws OutputError.
inline void write_report(const std::filesystem::path& path, const CutComparison& comparison) {
  write_file(path, detail::comparison_page(comparison));
}

}  // namespace graft
