// SPDX-License-Identifier: MIT
#include <graft/training/cut_comparison.hpp>

#include "report_fixture.hpp"
#include <cstdlib>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <string>

namespace cut_comparison_test {

using namespace graft;

namespace {

CutResult result(std::string layer, std::size_t macs, double val_accuracy) {
  return {.cut = {.layer = std::move(layer),
                  .shape = {7, 7, 16},
                  .parameters = 1234,
                  .macs = macs,
                  .seconds = 0.0123},
          .head_parameters = 99,
          .history = {{0, 0.5, 0.75, 0.6, 0.25, 1.5}, {1, 0.4, 0.8, 0.5, val_accuracy, 2}}};
}

CutComparison example() {
  return {.title = "Where to cut",
          .results = {result("early", 1'500'000, 0.875), result("late", 5'000'000, 0.96875)},
          .facts = {{"Seed", "42"}}};
}

std::string page(const CutComparison& comparison) {
  std::string text = detail::comparison_page(comparison);
  CHECK(html_fault(text) == "");
  return text;
}

}  // namespace

TEST_CASE("The best cut is the most accurate one, of equals the cheapest") {
  CutComparison comparison = example();
  CHECK(comparison.best().cut.layer == "late");
  comparison.results.push_back(result("latest", 9'000'000, 0.96875));
  comparison.results.insert(comparison.results.begin(), result("last", 9'000'000, 0.96875));
  CHECK(comparison.best().cut.layer == "late");
  comparison.results = {{.cut = {.layer = "not validated"}}, result("bad", 1, 0.1)};
  CHECK(comparison.best().cut.layer == "bad");
  CHECK_THROWS_AS(CutComparison{}.best(), DataError);
}

TEST_CASE("The table has a line for each cut, with the best epoch's numbers") {
  CHECK(
      example().table() ==
      "cut      features  feature    backbone        head  multiply-adds     backbone  training  validation  "
      "validation\n"
      "                    values  parameters  parameters       millions  ms an image         s    accuracy  "
      "      loss\n"
      "-----------------------------------------------------------------------------------------------------"
      "-----------\n"
      "early  (7, 7, 16)      784        1234          99            1.5        12.30      3.50     87.50 %  "
      "    0.5000\n"
      "late   (7, 7, 16)      784        1234          99            5.0        12.30      3.50     96.88 %  "
      "    0.5000\n");
}

TEST_CASE("The page has the best cut, four plots with all cuts, and the table") {
  const std::string text = page(example());
  for (const std::string_view part :
       {"<title>Where to cut</title>", "<bdi>late</bdi>", "96.88&nbsp;%", "Accuracy and feature size",
        "Accuracy and multiply-adds", "Accuracy and the backbone&#39;s time",
        "Accuracy and the head&#39;s time", "<title>early: 87.50&nbsp;% at 784.0</title>",
        "<title>late: 96.88&nbsp;% at 5.000</title>", "<dt>Seed</dt><dd><bdi>42</bdi></dd>",
        "<tr class=\"best\"><th scope=\"row\">late</th>"})
    CHECK_MESSAGE(text.find(part) != text.npos, part);
  CHECK(occurrences(text, "<figure") == 4);
  CHECK(occurrences(text, "class=\"tick\">early</text>") == 4);
  CHECK(occurrences(text, "<tr class=\"best\">") == 1);
}

TEST_CASE("A cut that was not validated is in the table only; without cuts there is nothing") {
  CutComparison comparison = example();
  comparison.results[0].history = {};
  const std::string text = page(comparison);
  CHECK(text.find("1 point was not measured.") != text.npos);
  CHECK(text.find("class=\"tick\">early</text>") == text.npos);
  CHECK(text.find("<th scope=\"row\">early</th>") != text.npos);
  CHECK(page({}).find("Nothing was recorded.") != std::string::npos);
}

TEST_CASE("No text of a comparison can become markup") {
  const std::string hostile = "</style></title>\"'><script>alert(1)</script>&amp;\xFF";
  CutComparison comparison = example();
  comparison.title = comparison.results[0].cut.layer = comparison.results[1].cut.layer = hostile;
  comparison.facts = {{hostile, hostile}};
  const std::string text = page(comparison);
  CHECK(text.find("<script") == text.npos);
  CHECK(text.find('\xFF') == text.npos);
}

TEST_CASE("write_report writes the page of a comparison, or says why not") {
  std::string name = (std::filesystem::temp_directory_path() / "graft-comparison-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(name.data());
  write_report(folder / "report.html", example());
  std::ifstream file{folder / "report.html", std::ios::binary};
  CHECK(std::string{std::istreambuf_iterator<char>{file}, {}} == detail::comparison_page(example()));
  CHECK_THROWS_AS(write_report(folder / "missing" / "report.html", example()), OutputError);
  std::filesystem::remove_all(folder);
}

}  // namespace cut_comparison_test
