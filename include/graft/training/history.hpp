// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/atomic_file.hpp>
#include <graft/core/error.hpp>
#include <graft/core/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace graft {

/// What one epoch of `fit` ended with.
struct EpochLog {
  std::size_t epoch = 0;  ///< counted from zero, as Keras does
  double loss = 0;
  double accuracy = 0;                                             ///< fraction, 0 to 1
  double val_loss = std::numeric_limits<double>::quiet_NaN();      ///< NaN without validation
  double val_accuracy = std::numeric_limits<double>::quiet_NaN();  ///< NaN without validation
  double seconds = 0;                                              ///< wall time, validation included

  /// Whether the epoch was validated. A diverged `val_loss` is NaN too; an accuracy that was measured never
  /// is.
  bool validated() const { return !std::isnan(val_accuracy); }
};

/// The curves of one `fit`, an EpochLog for each epoch, or of several as phases of one training.
class History {
 public:
  using value_type = EpochLog;
  using const_iterator = std::vector<EpochLog>::const_iterator;

  History() = default;
  History(std::initializer_list<EpochLog> epochs) : epochs_{epochs} {}

  void push_back(const EpochLog& epoch) { epochs_.push_back(epoch); }
  /// Appends another `fit` as a new phase of this training; its epochs keep their numbers.
  void append(const History& phase) {
    if (!empty() && !phase.empty()) phases_.push_back(size());
    epochs_.insert(epochs_.end(), phase.begin(), phase.end());
  }
  /// Where a new phase begins: the index of its first epoch, for each but the first.
  const std::vector<std::size_t>& phases() const { return phases_; }
  std::size_t size() const { return epochs_.size(); }
  bool empty() const { return epochs_.empty(); }
  const EpochLog& operator[](std::size_t i) const { return epochs_[i]; }
  const EpochLog& front() const { return epochs_.front(); }
  const EpochLog& back() const { return epochs_.back(); }
  const_iterator begin() const { return epochs_.begin(); }
  const_iterator end() const { return epochs_.end(); }

  /// Whether at least one epoch was validated.
  bool validated() const {
    return std::any_of(begin(), end(), [](const EpochLog& e) { return e.validated(); });
  }

  /// The epoch with the highest validation accuracy, or training accuracy if none was validated; the earliest
  /// of equals. Throws DataError if there is no epoch.
  const EpochLog& best() const {
    if (empty()) throw DataError{"History::best", "at least one epoch", "none"};
    const auto score = [use_validation = validated()](const EpochLog& e) {
      const double accuracy = use_validation ? e.val_accuracy : e.accuracy;
      return std::isnan(accuracy) ? -1.0 : accuracy;
    };
    return *std::max_element(begin(), end(),
                             [&](const EpochLog& a, const EpochLog& b) { return score(a) < score(b); });
  }

  /// Writes the file that Keras' CSVLogger writes: `epoch` and the keys in alphabetical order, epochs from
  /// zero, CRLF line ends, numbers as Python prints them. The val_ columns are there if any epoch was
  /// validated, with NA where one was not. Throws OutputError.
  void write_csv(const std::filesystem::path& path) const {
    using Column = std::pair<std::string_view, double EpochLog::*>;
    std::vector<Column> columns{{"accuracy", &EpochLog::accuracy}, {"loss", &EpochLog::loss}};
    if (validated())
      columns.insert(columns.end(),
                     {{"val_accuracy", &EpochLog::val_accuracy}, {"val_loss", &EpochLog::val_loss}});
    std::string text = "epoch";
    for (const auto& [name, member] : columns) text.append(",").append(name);
    for (const EpochLog& e : epochs_) {
      text += "\r\n" + std::to_string(e.epoch);
      for (const auto& [name, member] : columns)
        text += name.starts_with("val_") && !e.validated() ? ",NA" : "," + detail::python_repr(e.*member);
    }
    write_file(path, text + "\r\n");
  }

 private:
  std::vector<EpochLog> epochs_;
  std::vector<std::size_t> phases_;
};

}  // namespace graft
