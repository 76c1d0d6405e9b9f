// SPDX-License-Identifier: MIT
#include <graft/training/report_style.hpp>

#include "report_fixture.hpp"
#include <doctest/doctest.h>
#include <string_view>

namespace report_style_test {

TEST_CASE("The style sheet is complete in itself") {
  const std::string_view style = graft::detail::report_style;
  CHECK(occurrences(style, "{") == occurrences(style, "}"));
  for (const std::string_view part : {"url(", "@import", "http", "<"}) CHECK(style.find(part) == style.npos);
  CHECK(style.find("prefers-color-scheme: dark") != style.npos);
  CHECK(style.find("@media print") != style.npos);
}

}  // namespace report_style_test
