// SPDX-License-Identifier: MIT
#include <graft/training/report_mistakes.hpp>

#include "report_fixture.hpp"
#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace report_mistakes_test {

using namespace graft;

namespace {

const std::vector<std::string> names{"horses", "humans"};

ConfusionMatrix matrix(int right, int wrong) {
  ConfusionMatrix result{names};
  for (int i = 0; i < right; ++i) result.add(0, 0);
  for (int i = 0; i < wrong; ++i) result.add(0, 1);
  return result;
}

std::string section(const std::vector<Mistake>& mistakes, const ConfusionMatrix& confusion) {
  std::string text = detail::report_mistakes(mistakes, confusion, names);
  CHECK(html_fault(text) == "");
  return text;
}

}  // namespace

TEST_CASE("The surest mistake comes first, what was recognised stays away") {
  const std::string text = section({{.file = "b", .actual = 0, .predicted = 1, .probability = 0.6},
                                    {.file = "a", .actual = 0, .predicted = 1, .probability = 0.987},
                                    {.file = "c", .actual = 0, .predicted = 0, .probability = 0.5}},
                                   matrix(10, 2));
  CHECK(text.find("2 of 12 validation images were taken for another class:") != text.npos);
  CHECK(text.find("predicted <strong><bdi>humans</bdi></strong> 98.7&nbsp;%</div>"
                  "<div>actual <strong><bdi>horses</bdi></strong>") != text.npos);
  CHECK(text.find("\">a</bdi>") < text.find("\">b</bdi>"));
  CHECK(text.find("\">b</bdi>") != text.npos);
  CHECK(text.find("\">c</bdi>") == text.npos);
}

TEST_CASE("The text tells how many of the mistakes are shown") {
  CHECK(section({{.file = "a", .actual = 0, .predicted = 1}}, matrix(10, 3)).find("The 1 worst:") !=
        std::string::npos);
  CHECK(section({}, matrix(10, 1)).find("<p>1 of 11 validation image was taken for another class.</p>") !=
        std::string::npos);
}

TEST_CASE("Without mistakes the least certain images are shown, the worst first") {
  const std::string text =
      section({{.file = "sure", .probability = 0.9}, {.file = "unsure", .probability = 0.51}}, matrix(12, 0));
  CHECK(text.find("There are none: all 12 validation images were recognised. The least certain of them:") !=
        text.npos);
  CHECK(text.find("\">unsure</bdi>") < text.find("\">sure</bdi>"));
  CHECK(section({}, matrix(12, 0)).find("recognised.</p>") != std::string::npos);
}

TEST_CASE("Without images and without a matrix there is nothing to say") {
  CHECK(section({}, ConfusionMatrix{}) == "");
}

TEST_CASE("A thumbnail is a JPEG inside the page, under its escaped name") {
  Mistake mistake{.file = "x\" onerror=\"alert(1)", .actual = 0, .predicted = 1, .probability = 1};
  mistake.thumbnail = Pixels::from_shape({20, 30, 3});
  mistake.thumbnail.fill(128);
  const std::string text = section({mistake}, matrix(0, 1));
  CHECK(text.find("<img alt=\"x&quot; onerror=&quot;alert(1)\" width=\"30\" height=\"20\" "
                  "src=\"data:image/jpeg;base64,/9j/") != text.npos);  // FF D8 FF
  CHECK(
      section({{.file = "none", .actual = 0, .predicted = 1}}, matrix(0, 1)).find("<div class=\"blank\">") !=
      std::string::npos);
}

}  // namespace report_mistakes_test
