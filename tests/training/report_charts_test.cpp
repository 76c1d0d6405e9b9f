// SPDX-License-Identifier: MIT
#include <graft/training/report_charts.hpp>

#include "report_fixture.hpp"
#include <doctest/doctest.h>
#include <limits>
#include <string>

namespace report_charts_test {

using namespace graft;

namespace {

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::string charts(const History& history) {
  std::string text = detail::report_charts(history);
  CHECK(html_fault(text) == "");
  for (const std::string_view attribute : {" d=\"", " x=\"", " y=\"", " cx=\"", " cy=\""})
    for (std::size_t at = text.find(attribute); at != text.npos; at = text.find(attribute, at + 1)) {
      const std::size_t value = at + attribute.size();
      CHECK(text.substr(value, text.find('"', value) - value).find_first_not_of("MLHVh0123456789. -") ==
            std::string::npos);
    }
  return text;
}

}  // namespace

TEST_CASE("Two charts show two curves each, with a mark and a tooltip for each point") {
  const std::string text = charts({{0, 0.5, 0.75, 0.4, 0.8, 1}, {1, 0.3, 0.9, 0.35, 0.85, 1}});
  CHECK(occurrences(text, "<figure") == 2);
  CHECK(occurrences(text, "<title>") == 8);
  CHECK(text.find("<title>Epoch 2, Validation: 85.00&nbsp;%</title>") != text.npos);
  CHECK(text.find("<title>Epoch 1, Training: 0.5000</title>") != text.npos);
  CHECK(text.find("best: epoch 2") != text.npos);
  CHECK(text.find("Accuracy by epoch. Training: 75.00&nbsp;% at first, 90.00&nbsp;% at last. Validation: ") !=
        text.npos);
  // Accuracies from 75 % on, the left end at (58, 232): the first training point is in the corner.
  CHECK(text.find("d=\"M58 232h0L474 ") != text.npos);
}

TEST_CASE("A single epoch is a point in the middle") {
  const std::string text = charts({{.epoch = 0, .loss = 0.69, .accuracy = 0.5}});
  CHECK(occurrences(text, "<title>") == 2);
  CHECK(text.find("d=\"M266 128h0\"") != text.npos);
  CHECK(text.find("Validation") == text.npos);
}

TEST_CASE("Constant curves, and curves at zero, are drawn") {
  for (const double value : {0.0, 0.5, 1.0})
    CHECK(occurrences(charts({{0, value, value, value, value, 1}, {1, value, value, value, value, 1}}),
                      "<title>") == 8);
}

TEST_CASE("A value that is not finite breaks its line and is told") {
  const std::string text = charts({{0, 0.7, 0.5, 0.7, 0.5, 1},
                                   {1, 0.9, 0.5, infinity, 0.5, 1},
                                   {2, not_a_number, 0.5, not_a_number, 0.5, 1},
                                   {3, 0.8, 0.5, 0.8, 0.5, 1}});
  CHECK(occurrences(text, "<title>") == 8 + 5);
  CHECK(text.find("3 values are not finite and cannot be drawn.") != text.npos);
  CHECK(occurrences(text, "h0M") == 1);  // the validation loss: two lone points
  CHECK(charts({{0, not_a_number, 0.5, not_a_number, 0.5, 1}}).find("2 values are not finite") !=
        std::string::npos);
}

TEST_CASE("Epochs without validation do not break the line of validation") {
  const std::string text = charts(
      {{0, 0.7, 0.5, 0.7, 0.5, 1}, {.epoch = 1, .loss = 0.6, .accuracy = 0.6}, {2, 0.5, 0.7, 0.6, 0.6, 1}});
  CHECK(occurrences(text, "<title>") == 10);
  CHECK(occurrences(text, "h0L") == 4);
  CHECK(text.find("not finite") == text.npos);
}

TEST_CASE("A long history hides its marks until they are pointed at") {
  History history;
  for (std::size_t i = 0; i < 1000; ++i)
    history.push_back({i, 1.0 / static_cast<double>(i + 1), 0.5, 1, 0.5, 1});
  const std::string text = charts(history);
  CHECK(text.find("class=\"plot dense\"") != text.npos);
  CHECK(occurrences(text, "<title>") == 4000);
}

TEST_CASE("A new phase of training begins at a line between two epochs") {
  History history{{.epoch = 0, .loss = 0.5}, {.epoch = 1, .loss = 0.4}, {.epoch = 2, .loss = 0.3}};
  CHECK(detail::report_charts(history).find("phase") == std::string::npos);
  history.append({{.epoch = 3, .loss = 0.2}, {.epoch = 4, .loss = 0.1}});
  const std::string text = detail::report_charts(history);
  CHECK(html_fault(text) == "");
  CHECK(occurrences(text, "<path class=\"phase\" d=\"M318 24V232\"/>") == 2);  // 58 + 416 * 2.5 / 4
  CHECK(occurrences(text, "<p class=\"note\">A new phase of training begins with epoch 4.</p>") == 2);
}

}  // namespace report_charts_test
