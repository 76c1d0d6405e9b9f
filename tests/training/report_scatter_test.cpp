// SPDX-License-Identifier: MIT
#include <graft/training/report_scatter.hpp>

#include "report_fixture.hpp"
#include <doctest/doctest.h>
#include <limits>
#include <string>

namespace report_scatter_test {

using namespace graft;
using detail::Scatter;
using detail::ScatterPoint;

namespace {

std::string figure(std::vector<ScatterPoint> points) {
  std::string text = Scatter{"Accuracy and size", "Values", std::move(points)}.figure();
  CHECK(html_fault(text) == "");
  CHECK(text.find("nan") == text.npos);
  return text;
}

/// Where the label of a name stands: "x y anchor".
std::string place(const std::string& text, const std::string& name) {
  const std::size_t end = text.find("\" class=\"tick\">" + name + "</text>");
  REQUIRE(end != text.npos);
  std::string tag = text.substr(text.rfind("<text", end), end - text.rfind("<text", end));
  for (const std::string_view part : {"<text x=\"", "\" y=\"", "\" text-anchor=\""})
    tag.replace(tag.find(part), part.size(), part.starts_with("<") ? "" : " ");
  return tag;
}

}  // namespace

TEST_CASE("A scatter plot has a mark, a tooltip and a name for each point, and a description") {
  // Axes from 0 to 100, and from 80 % to 100 %: the sheet's rectangle is (58, 24) to (474, 232).
  const std::string text = figure({{"small", 50, 0.8}, {"large", 100, 1}});
  CHECK(text.find("<rect class=\"mark\" x=\"263\" y=\"229\" width=\"6\" height=\"6\"/>") != text.npos);
  CHECK(text.find("<rect class=\"mark\" x=\"471\" y=\"21\" width=\"6\" height=\"6\"/>") != text.npos);
  CHECK(text.find("<title>small: 80.00&nbsp;% at 50.00</title>") != text.npos);
  CHECK(text.find(
            "aria-label=\"Accuracy and size. Horizontal: Values. small: 80.00&nbsp;% at 50.00. large: ") !=
        text.npos);
  CHECK(place(text, "small") == "266 223 middle");  // above: beside it the name would lie on the lower axis
  CHECK(place(text, "large") == "466 28.5 end");    // to the left: there is no more room
}

TEST_CASE("Names of points that lie together do not hide each other") {
  std::vector<ScatterPoint> points;
  for (const char* name : {"mixed4", "mixed5", "mixed6", "mixed7"}) points.push_back({name, 50, 0.9});
  points.push_back({"far", 100, 0.8});
  const std::string text = figure(points);
  std::vector<std::string> places;
  for (const char* name : {"mixed4", "mixed5", "mixed6", "mixed7"}) places.push_back(place(text, name));
  std::sort(places.begin(), places.end());
  CHECK(std::unique(places.begin(), places.end()) == places.end());
}

TEST_CASE("What was not measured is not drawn, and told") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string text = figure({{"a", 1, 0.5}, {"b", 2, nan}, {"c", nan, 0.5}});
  CHECK(occurrences(text, "<title>") == 1);
  CHECK(text.find("2 points were not measured.") != text.npos);
  CHECK(occurrences(figure({{"b", 2, nan}}), "<title>") == 0);
  CHECK(occurrences(figure({{"free", 0, 0.5}}), "<title>") == 1);  // an axis although all costs are zero
  CHECK(occurrences(figure({}), "<title>") == 0);
}

}  // namespace report_scatter_test
