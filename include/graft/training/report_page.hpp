// SPDX-License-Identifier: MIT
#pragma once

#include <graft/training/report_style.hpp>
#include <graft/training/report_text.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft {

/// What a run was made of, in words: "Images", "661 + 173"; "Seed", "42".
using ReportFacts = std::vector<std::pair<std::string, std::string>>;

namespace detail {

inline std::string report_facts(const ReportFacts& facts) {
  if (facts.empty()) return "";
  std::string out = "<dl class=\"facts\">\n";
  for (const auto& [name, value] : facts)
    out += "<dt>" + html(name) + "</dt><dd><bdi>" + html(value) + "</bdi></dd>\n";
  return out + "</dl>\n";
}

/// One of the numbers to know first, in a <dl class="figures">. Value and note are HTML already.
inline std::string report_figure(std::string_view name, const std::string& value, const std::string& note) {
  return "<div><dt>" + html(name) + "</dt><dd class=\"value\">" + value + "</dd><dd class=\"note\">" + note +
         "</dd></div>\n";
}

/// A page around its sections. It loads nothing from anywhere and runs nothing; its own policy forbids both.
inline std::string whole_page(std::string_view title, const std::string& sections) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; img-src data:\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         html(title) + "</title>\n<style>" + report_style + "</style>\n</head>\n<body>\n<header>\n<h1>" +
         html(title) + "</h1>\n</header>\n<main>\n" +
         (sections.empty() ? "<p>Nothing was recorded.</p>\n" : sections) + "</main>\n</body>\n</html>\n";
}

}  // namespace detail
}  // namespace graft
