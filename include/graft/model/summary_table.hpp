// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace graft {

/// One layer of a summary, every cell as Keras spells it.
struct SummaryRow {
  std::string layer{};         ///< "conv2d_1 (Conv2D)"
  std::string output_shape{};  ///< "(None, 74, 74, 32)", of an input layer "[(None, 150, 150, 3)]"
  std::size_t parameters = 0;  ///< trainable and not
  std::vector<std::string> connected_to{};  ///< "input_1[0][0]"; empty for an input layer
};

namespace detail {

/// Bytes of float32 parameters as Keras prints them: "181.25 MB", "0.00 Byte".
inline std::string readable_memory_size(std::size_t parameters) {
  static constexpr std::array units{"Byte", "KB", "MB", "GB", "TB"};
  double size = 4.0 * static_cast<double>(parameters);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
  return fixed(size, 2) + " " + units[unit];
}

/// A list of strings as Python prints it: "['a[0][0]', 'b[0][0]']".
inline std::string python_list(std::span<const std::string> strings) {
  std::string text = "[";
  for (const std::string& s : strings) text += (text.size() > 1 ? ", '" : "'") + s + "'";
  return text + "]";
}

/// One row of the table, on as many lines as its cells need. A cell ends its line at its width or, earlier,
/// behind the first end of a tuple or list item. `ends` are the columns at which the cells end; all cells but
/// the last keep three of them free.
inline std::string summary_row(std::vector<std::string> cells, std::span<const std::size_t> ends) {
  std::string lines;
  while (std::any_of(cells.begin(), cells.end(), [](const std::string& cell) { return !cell.empty(); })) {
    std::string line = " ";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool last = i + 1 == cells.size();
      std::size_t width = ends[i] - (i == 0 ? 0 : ends[i - 1]) - (last ? 0 : 3);
      const std::string_view fitting = std::string_view{cells[i]}.substr(0, width);
      for (const std::string_view item_end : {"),", "},", "],", "',"})
        if (const auto at = fitting.find(item_end); at != fitting.npos)
          width = std::min(width, at + item_end.size());
      line.append(cells[i], 0, width);
      cells[i].erase(0, width);
      if (!last) line += "  ";
      line.resize(std::max(line.size(), ends[i]), ' ');
    }
    lines += line + '\n';
  }
  return lines;
}

/// Whether each row has one connection, to the row above it.
inline bool is_linear(std::span<const SummaryRow> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& connections = rows[i].connected_to;
    if (connections.size() > 1) return false;
    if (i == 0) continue;
    const auto name = [](std::string_view text, std::string_view end) {
      return text.substr(0, text.find(end));
    };
    if (connections.empty() || name(connections[0], "[") != name(rows[i - 1].layer, " (")) return false;
  }
  return true;
}

}  // namespace detail

/// The table that `model.summary()` of Keras 2.13 to 2.15 (and of tf_keras) prints, character for character:
/// 65 columns if every layer follows the one above it, else 98 with the connections. Sizes are those of
/// float32 parameters. Source: tf_keras/utils/layer_utils.py.
inline std::string summary_table(std::string_view model_name, std::span<const SummaryRow> rows,
                                 std::size_t trainable, std::size_t non_trainable) {
  static constexpr std::array<std::size_t, 3> linear_ends{29, 55, 65};
  static constexpr std::array<std::size_t, 4> branched_ends{29, 58, 68, 98};
  const bool linear = detail::is_linear(rows);
  const std::span<const std::size_t> ends{linear ? std::span<const std::size_t>{linear_ends} : branched_ends};
  const auto rule = [&](char c) { return std::string(ends.back(), c) + '\n'; };

  std::vector<std::string> header{"Layer (type)", "Output Shape", "Param #"};
  if (!linear) header.push_back("Connected to");
  std::string text = "Model: \"" + std::string{model_name} + "\"\n" + rule('_') +
                     detail::summary_row(header, ends) + rule('=');
  for (const SummaryRow& row : rows) {
    std::vector<std::string> cells{row.layer, row.output_shape, std::to_string(row.parameters)};
    if (!linear) cells.push_back(detail::python_list(row.connected_to));
    text += detail::summary_row(std::move(cells), ends) + rule(' ');
  }
  text += rule('=');
  const auto total = [&](std::string_view name, std::size_t count) {
    text += std::string{name} + " params: " + std::to_string(count) + " (" +
            detail::readable_memory_size(count) + ")\n";
  };
  total("Total", trainable + non_trainable);
  total("Trainable", trainable);
  total("Non-trainable", non_trainable);
  return text + rule('_');
}

}  // namespace graft
