// SPDX-License-Identifier: MIT
#include <graft/training/report.hpp>

#include "report_fixture.hpp"
#include <cstdlib>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <string>

namespace report_test {

using namespace graft;

namespace {

std::string page(const Report& report) {
  std::string text = detail::report_page(report);
  CHECK(html_fault(text) == "");
  CHECK(text.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  CHECK(text.find("<script") == text.npos);
  for (const std::string_view external : {"http:", "https:", "//", "@import", "url("}) {
    // Base64 may contain slashes, so thumbnails are left out of these pages.
    CHECK(text.find(external) == text.npos);
  }
  return text;
}

Report example() {
  Report report;
  report.title = "Horses or humans";
  report.history = {{0, 0.5, 0.75, 0.4, 0.8, 4}, {1, 0.3, 0.9, 0.35, 0.99, 4}};
  report.class_names = {"horses", "humans"};
  report.confusion = ConfusionMatrix{report.class_names};
  report.confusion.add(0, 0);
  report.confusion.add(1, 0);
  report.mistakes.push_back({.file = "humans/1.jpg", .actual = 1, .predicted = 0, .probability = 0.7});
  report.facts = {{"Seed", "42"}};
  report.summary = "Model: \"model\"\n";
  return report;
}

}  // namespace

TEST_CASE("A full report has all of its sections") {
  const std::string text = page(example());
  for (const std::string_view part :
       {"<title>Horses or humans</title>", "<h1>Horses or humans</h1>", "Validation accuracy",
        "<h2>Curves</h2>", "<h2>Validation images</h2>", "<h2>Mistakes</h2>", "<h2>Epochs</h2>",
        "<h2>This run</h2>", "<dt>Seed</dt><dd><bdi>42</bdi></dd>",
        "<details>\n<summary>Model summary</summary>", "Model: &quot;model&quot;"})
    CHECK_MESSAGE(text.find(part) != text.npos, part);
}

TEST_CASE("A report leaves out what it does not have") {
  CHECK(page({}).find("Nothing was recorded.") != std::string::npos);
  CHECK(page({}).find("<section>") == std::string::npos);
  Report report = example();
  report.history = {};
  CHECK(page(report).find("<figure") == std::string::npos);
  report = example();
  report.confusion = {};
  report.mistakes.clear();
  CHECK(page(report).find("Mistakes") == std::string::npos);
  report = example();
  report.class_names.clear();
  CHECK(page(report).find("<bdi>humans</bdi>") != std::string::npos);  // from the matrix
}

TEST_CASE("No text of a report can become markup") {
  const std::string hostile = "</style></pre></title>\"'><script>alert(1)</script><img src=x>&amp;\xFF\x01";
  Report report = example();
  report.title = report.summary = report.mistakes[0].file = hostile;
  report.class_names = {hostile, hostile};
  report.facts = {{hostile, hostile}};
  const std::string text = page(report);
  CHECK(text.find("<img") == text.npos);
  CHECK(text.find("&lt;script&gt;") != text.npos);
  CHECK(text.find("&amp;amp;") != text.npos);
  CHECK(text.find('\xFF') == text.npos);
  CHECK(text.find('\x01') == text.npos);
}

TEST_CASE("write_report writes the page, or says why not and keeps what was there") {
  std::string name = (std::filesystem::temp_directory_path() / "graft-report-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(name.data());
  write_report(folder / "report.html", example());
  std::ifstream file{folder / "report.html", std::ios::binary};
  const std::string written{std::istreambuf_iterator<char>{file}, {}};
  CHECK(written == detail::report_page(example()));

  CHECK_THROWS_AS(write_report(folder / "missing" / "report.html", example()), OutputError);
  Report broken = example();
  broken.mistakes[0].thumbnail = Pixels::from_shape({4, 4, 1});
  CHECK_THROWS_AS(write_report(folder / "report.html", broken), ShapeError);
  CHECK(std::filesystem::file_size(folder / "report.html") == written.size());
  std::filesystem::remove_all(folder);
}

}  // namespace report_test
