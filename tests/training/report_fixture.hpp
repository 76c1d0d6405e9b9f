// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The first reason why a piece of HTML is not well formed, or "": tags that do not nest, attributes without
/// quotes or twice in a tag, a bare "&" or "<".
inline std::string html_fault(std::string_view text) {
  std::vector<std::string> open;
  std::size_t at = 0;
  const auto is_void = [](std::string_view name) { return name == "meta" || name == "img"; };
  while (at < text.size()) {
    if (text[at] == '&') {
      const auto end = text.find(';', at);
      if (end == text.npos || end - at > 7) return "bare & at " + std::string{text.substr(at, 20)};
    }
    if (text[at] != '<') {
      if (text[at] == '>') return "bare > before " + std::string{text.substr(at, 20)};
      ++at;
      continue;
    }
    if (text.substr(at, 2) == "<!") {
      at = text.find('>', at) + 1;
      continue;
    }
    const std::size_t start = at;
    const bool closes = text.substr(at, 2) == "</";
    at += closes ? 2 : 1;
    const std::size_t name_end = text.find_first_of(" />", at);
    if (name_end == text.npos || name_end == at) return "no tag at " + std::string{text.substr(start, 20)};
    const std::string name{text.substr(at, name_end - at)};
    at = name_end;
    std::vector<std::string> attributes;
    while (at < text.size() && text[at] == ' ') {
      const std::size_t equals = text.find('=', at), quote = equals + 1;
      if (equals == text.npos || text[quote] != '"')
        return "no quotes in " + std::string{text.substr(start, 60)};
      const std::string attribute{text.substr(at + 1, equals - at - 1)};
      for (const std::string& other : attributes)
        if (other == attribute) return "twice " + attribute + " in " + std::string{text.substr(start, 60)};
      attributes.push_back(attribute);
      at = text.find('"', quote + 1) + 1;
      if (text.substr(quote, at - quote).find('<') != text.npos) return "< in an attribute of " + name;
    }
    const bool empty = text.substr(at, 2) == "/>";
    if (!empty && text[at] != '>') return "no end of " + std::string{text.substr(start, 60)};
    at += empty ? 2 : 1;
    if (closes) {
      if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
      open.pop_back();
    } else if (!empty && !is_void(name)) {
      open.push_back(name);
    }
    if (name == "style" && !closes) at = text.find("</style>", at);
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

inline std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}
