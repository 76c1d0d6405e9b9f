// SPDX-License-Identifier: MIT
#include <graft/training/report_epochs.hpp>

#include "report_fixture.hpp"
#include <doctest/doctest.h>
#include <limits>
#include <string>

namespace report_epochs_test {

using namespace graft;

TEST_CASE("The figures are those of the best epoch") {
  const History history{
      {0, 0.5, 0.75, 0.4, 0.8, 4}, {1, 0.3, 0.9, 0.35, 0.9884, 4}, {2, 0.2, 0.95, 0.3, 0.9, 6}};
  const std::string text = detail::report_figures(history);
  CHECK(html_fault(text) == "");
  CHECK(text.find("Validation accuracy</dt><dd class=\"value\">98.84&nbsp;%</dd><dd class=\"note\">training "
                  "90.00&nbsp;%</dd>") != text.npos);
  CHECK(text.find("Validation loss</dt><dd class=\"value\">0.3500</dd>") != text.npos);
  CHECK(text.find("Best epoch</dt><dd class=\"value\">2</dd><dd class=\"note\">of 3</dd>") != text.npos);
  CHECK(text.find("14.0&nbsp;s</dd><dd class=\"note\">4.67&nbsp;s an epoch") != text.npos);
}

TEST_CASE("Without validation the figures are those of training") {
  const std::string text = detail::report_figures({{.epoch = 0, .loss = 0.5, .accuracy = 0.75}});
  CHECK(text.find(
            "Training accuracy</dt><dd class=\"value\">75.00&nbsp;%</dd><dd class=\"note\">no validation") !=
        text.npos);
  CHECK(text.find("Validation") == text.npos);
}

TEST_CASE("The table has a row for each epoch and marks the best") {
  const History history{{0, 0.5, 0.75, std::numeric_limits<double>::quiet_NaN(), 0.8, 4},
                        {1, 0.3, 0.9, 0.35, 0.9, 4},
                        {.epoch = 2, .loss = 0.2, .accuracy = 0.95, .seconds = 3}};
  const std::string text = detail::report_epochs(history);
  CHECK(html_fault(text) == "");
  CHECK(occurrences(text, "<th scope=\"row\"") == 3);
  CHECK(occurrences(text, "best</span>") == 1);
  CHECK(text.find(
            "2 <span class=\"note\">best</span></th><td>90.00&nbsp;%</td><td>0.3000</td><td>90.00&nbsp;%</td>"
            "<td>0.3500</td><td>4.00&nbsp;s</td>") != text.npos);
  CHECK(text.find("<td>80.00&nbsp;%</td><td>NaN</td>") != text.npos);
  CHECK(text.find("<td>0.2000</td><td>–</td><td>–</td><td>3.00&nbsp;s</td>") != text.npos);

  const std::string training_only = detail::report_epochs({{.epoch = 0, .loss = 0.5, .accuracy = 0.75}});
  CHECK(html_fault(training_only) == "");
  CHECK(training_only.find("Validation") == training_only.npos);
}

}  // namespace report_epochs_test
