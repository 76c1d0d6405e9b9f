// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/number_text.hpp>
#include <graft/model/profile_columns.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string_view>

namespace graft {

/// A part of a job whose time is taken.
enum class Stage {
  decode,      ///< from a file to pixels; on the loader's threads
  preprocess,  ///< from pixels to an input: resized, scaled; on the loader's threads
  wait,        ///< of the threads of the backbone, for an input
  backbone,    ///< from an input to features
  gather,      ///< a batch of features and targets for the head
  step,        ///< of the head: forward, loss, backward, update
  validation   ///< of the head, after each epoch
};

/// The time of one stage.
struct StageTime {
  std::size_t count = 0;  ///< how often a thread went through it
  double wall = 0;        ///< seconds in which at least one thread was in it
  double summed = 0;      ///< seconds of all threads together
};

/// Where the seconds of a job go. Any number of threads may be in a stage at once.
class StageTimes {
  using Clock = std::chrono::steady_clock;

 public:
  /// A thread is in a stage from here to the end of the scope; without `times` no clock is read.
  class Scope {
   public:
    Scope(StageTimes* times, Stage stage) : times_{times}, stage_{stage} {
      if (times_ != nullptr) start_ = times_->enter(stage_);
    }
    ~Scope() {
      if (times_ != nullptr) times_->leave(stage_, start_);
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    StageTimes* times_;
    Stage stage_;
    Clock::time_point start_;
  };

  StageTime operator[](Stage stage) const {
    const std::lock_guard lock{mutex_};
    return totals_[static_cast<std::size_t>(stage)].time;
  }

  /// The stages that were gone through, one a line.
  std::string table() const {
    static constexpr std::array<std::string_view, stages> names{
        "decode",         "resize and preprocess", "wait for an image", "backbone",
        "gather a batch", "head's step",           "validation"};
    std::vector<std::vector<std::string>> rows{{"stage", "count", "wall s", "thread s", "ms each"}, {}};
    for (std::size_t i = 0; i < stages; ++i) {
      const StageTime t = (*this)[Stage{static_cast<int>(i)}];
      if (t.count > 0)
        rows.push_back({std::string{names[i]}, std::to_string(t.count), detail::fixed(t.wall, 3),
                        detail::fixed(t.summed, 3),
                        detail::fixed(1e3 * t.summed / static_cast<double>(t.count), 3)});
    }
    return detail::columns(rows, 1);
  }

 private:
  static constexpr std::size_t stages = static_cast<std::size_t>(Stage::validation) + 1;

  struct Total {
    StageTime time;
    std::size_t inside = 0;   // threads in the stage now
    Clock::time_point begin;  // when the first of them came
  };

  static double seconds(Clock::duration d) { return std::chrono::duration<double>(d).count(); }

  Clock::time_point enter(Stage stage) {
    const std::lock_guard lock{mutex_};
    Total& total = totals_[static_cast<std::size_t>(stage)];
    const auto now = Clock::now();
    if (total.inside++ == 0) total.begin = now;
    return now;
  }

  void leave(Stage stage, Clock::time_point start) {
    const std::lock_guard lock{mutex_};
    Total& total = totals_[static_cast<std::size_t>(stage)];
    const auto now = Clock::now();
    ++total.time.count;
    total.time.summed += seconds(now - start);
    if (--total.inside == 0) total.time.wall += seconds(now - total.begin);
  }

  mutable std::mutex mutex_;
  std::array<Total, stages> totals_;
};

}  // namespace graft
