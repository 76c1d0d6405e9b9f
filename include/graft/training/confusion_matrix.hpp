// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/number_text.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft {

/// How often each class was taken for each other one.
class ConfusionMatrix {
 public:
  ConfusionMatrix() = default;
  explicit ConfusionMatrix(std::vector<std::string> class_names)
      : names_{std::move(class_names)}, counts_(names_.size() * names_.size()) {}

  /// Counts one sample. Throws ShapeError if a class does not exist.
  void add(std::size_t actual, std::size_t predicted) {
    if (std::max(actual, predicted) >= classes())
      throw ShapeError{"ConfusionMatrix::add", "classes below " + std::to_string(classes()),
                       std::to_string(actual) + " and " + std::to_string(predicted)};
    ++counts_[actual * classes() + predicted];
  }

  std::size_t classes() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  std::size_t count(std::size_t actual, std::size_t predicted) const {
    return counts_[actual * classes() + predicted];
  }
  std::size_t total() const { return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0}); }

  /// Samples of this class.
  std::size_t actual(std::size_t c) const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < classes(); ++i) sum += count(c, i);
    return sum;
  }
  /// Samples that were taken for this class.
  std::size_t predicted(std::size_t c) const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < classes(); ++i) sum += count(i, c);
    return sum;
  }
  /// Samples that were recognised.
  std::size_t correct() const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < classes(); ++i) sum += count(i, i);
    return sum;
  }

  /// correct / total, 0 to 1; NaN without samples.
  double accuracy() const { return ratio(correct(), total()); }
  /// Of the samples taken for class c, the share that is of it; NaN if there are none.
  double precision(std::size_t c) const { return ratio(count(c, c), predicted(c)); }
  /// Of the samples of class c, the share that was recognised; NaN if there are none.
  double recall(std::size_t c) const { return ratio(count(c, c), actual(c)); }

 private:
  static double ratio(std::size_t part, std::size_t whole) {
    if (whole == 0) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(part) / static_cast<double>(whole);
  }

  std::vector<std::string> names_;
  std::vector<std::size_t> counts_;  // (actual, predicted)
};

namespace detail {

/// Columns that UTF-8 text takes on a terminal, one for each code point.
inline std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace detail

/// The matrix as a table for the terminal: actual classes in rows, predicted ones in columns, recall on the
/// right, precision below, accuracy in the corner.
inline std::string to_string(const ConfusionMatrix& matrix) {
  using Row = std::vector<std::string>;
  std::vector<Row> rows{{"actual \\ predicted"}};
  rows[0].insert(rows[0].end(), matrix.names().begin(), matrix.names().end());
  rows[0].push_back("recall");
  for (std::size_t a = 0; a < matrix.classes(); ++a) {
    Row row{matrix.names()[a]};
    for (std::size_t p = 0; p < matrix.classes(); ++p) row.push_back(std::to_string(matrix.count(a, p)));
    row.push_back(detail::percent(matrix.recall(a)));
    rows.push_back(std::move(row));
  }
  rows.push_back({"precision"});
  for (std::size_t p = 0; p < matrix.classes(); ++p)
    rows.back().push_back(detail::percent(matrix.precision(p)));
  rows.back().push_back(detail::percent(matrix.accuracy()));

  std::vector<std::size_t> widths(rows[0].size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], detail::text_width(row[i]));
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - detail::text_width(row[i]), ' ');
      text += i == 0 ? row[i] + padding : "  " + padding + row[i];  // names left, numbers right
    }
    text += '\n';
  }
  return text;
}

inline std::ostream& operator<<(std::ostream& out, const ConfusionMatrix& matrix) {
  return out << to_string(matrix);
}

}  // namespace graft
