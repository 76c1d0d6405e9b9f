// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace graft::detail {

/// Rows of cells as lines of a table, two spaces between columns: the first `left` columns flush left, the
/// others flush right. A row without cells is a rule across the table.
inline std::string columns(std::span<const std::vector<std::string>> rows, std::size_t left) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::size_t width = 0;
  for (const std::size_t w : widths) width += w + (width > 0 ? 2 : 0);
  std::string text;
  for (const auto& row : rows) {
    std::string line(row.empty() ? width : 0, '-');
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      line += (i > 0 ? "  " : "") + (i < left ? row[i] + space : space + row[i]);
    }
    text += line.erase(line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

}  // namespace graft::detail
