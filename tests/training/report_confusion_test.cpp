// SPDX-License-Identifier: MIT
#include <graft/training/report_confusion.hpp>

#include "report_fixture.hpp"
#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace report_confusion_test {

using namespace graft;

TEST_CASE("The matrix shows counts and shares of the actual class") {
  ConfusionMatrix matrix{{"horses", "<humans>"}};
  for (int i = 0; i < 4; ++i) matrix.add(0, 0);
  matrix.add(0, 1);
  matrix.add(1, 1);
  const std::string text = detail::report_matrix(matrix, matrix.names());
  CHECK(html_fault(text) == "");
  CHECK(text.find("<th scope=\"col\" class=\"class\"><bdi>&lt;humans&gt;</bdi></th>") != text.npos);
  CHECK(text.find("<b>4</b><span class=\"note\">80.00&nbsp;%</span>") != text.npos);
  CHECK(text.find("<td style=\"background:rgb(var(--wrong) / 0.14)\"><b>1</b>") != text.npos);
  CHECK(text.find("<td style=\"background:rgb(var(--right) / 0.38)\"><b>1</b>") != text.npos);
  CHECK(text.find("<td class=\"none\">0</td>") != text.npos);

  const std::string classes = detail::report_classes(matrix, matrix.names());
  CHECK(html_fault(classes) == "");
  CHECK(classes.find("<bdi>horses</bdi></th><td>5</td><td>100.00&nbsp;%</td><td>80.00&nbsp;%</td>") !=
        classes.npos);
}

TEST_CASE("Many classes get small cells, their shares in tooltips") {
  ConfusionMatrix matrix{std::vector<std::string>(9, "flower")};
  matrix.add(8, 8);
  CHECK(detail::is_large(matrix));
  const std::string text = detail::report_matrix(matrix, matrix.names());
  CHECK(html_fault(text) == "");
  CHECK(text.find("class=\"matrix many\"") != text.npos);
  CHECK(text.find(" title=\"100.00&nbsp;%\">1</td>") != text.npos);
  CHECK(occurrences(text, "·") == 80);
  CHECK(detail::report_classes(matrix, matrix.names()).find("<td>0</td><td>–</td><td>–</td>") !=
        std::string::npos);
}

TEST_CASE("A class without a name is called by its number") {
  CHECK(detail::html_class({}, 7) == "<bdi>class 7</bdi>");
}

}  // namespace report_confusion_test
