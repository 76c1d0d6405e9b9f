// SPDX-License-Identifier: MIT
#pragma once

#include <graft/training/history.hpp>
#include <graft/training/report_page.hpp>
#include <graft/training/report_text.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace graft::detail {

/// The numbers to know first.
inline std::string report_figures(const History& history) {
  const EpochLog& best = history.best();
  double seconds = 0;
  for (const EpochLog& e : history) seconds += e.seconds;
  std::string out = "<dl class=\"figures\">\n";
  const std::string_view prefix = history.validated() ? "Validation " : "Training ";
  const auto both = [&](const auto& text, double validation, double training) {
    return std::pair{text(history.validated() ? validation : training),
                     history.validated() ? "training " + text(training) : std::string{"no validation"}};
  };
  const auto ratio = [](double v) { return html_percent(v); };
  const auto [accuracy, accuracy_note] = both(ratio, best.val_accuracy, best.accuracy);
  const auto [loss, loss_note] = both(html_loss, best.val_loss, best.loss);
  out += report_figure(std::string{prefix} + "accuracy", accuracy, accuracy_note);
  out += report_figure(std::string{prefix} + "loss", loss, loss_note);
  out += report_figure("Best epoch", std::to_string(best.epoch + 1),
                       "of " + std::to_string(history.back().epoch + 1));
  out += report_figure("Training time", html_duration(seconds),
                       html_duration(seconds / static_cast<double>(history.size())) + " an epoch");
  return out + "</dl>\n";
}

/// A row for each epoch.
inline std::string report_epochs(const History& history) {
  const bool validated = history.validated();
  const EpochLog& best = history.best();
  std::string out =
      "<section>\n<h2>Epochs</h2>\n<div class=\"scroll\" role=\"region\" aria-label=\"Epochs\" "
      "tabindex=\"0\">\n"
      "<table class=\"wide\">\n<thead>\n<tr><th scope=\"col\" rowspan=\"2\" class=\"epoch\">Epoch</th>"
      "<th scope=\"colgroup\" colspan=\"2\" class=\"group\">Training</th>";
  if (validated) out += "<th scope=\"colgroup\" colspan=\"2\" class=\"group\">Validation</th>";
  out += "<th scope=\"col\" rowspan=\"2\">Time</th></tr>\n<tr>";
  for (int i = 0; i < (validated ? 2 : 1); ++i)
    out += "<th scope=\"col\">accuracy</th><th scope=\"col\">loss</th>";
  out += "</tr>\n</thead>\n<tbody>\n";
  for (const EpochLog& e : history) {
    const bool is_best = &e == &best;
    out += (is_best ? "<tr class=\"best\">" : "<tr>") +
           ("<th scope=\"row\" class=\"epoch\">" + std::to_string(e.epoch + 1)) +
           (is_best ? " <span class=\"note\">best</span></th>" : "</th>") + "<td>" +
           html_percent(e.accuracy) + "</td><td>" + html_loss(e.loss) + "</td>";
    if (validated)
      out += "<td>" + html_percent(e.val_accuracy) + "</td><td>" +
             (e.validated() ? html_loss(e.val_loss) : "–") + "</td>";
    out += "<td>" + html_duration(e.seconds) + "</td></tr>\n";
  }
  return out + "</tbody>\n</table>\n</div>\n</section>\n";
}

}  // namespace graft::detail
