// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace graft {

/// Fills batches of samples on other threads, ahead of their use, and hands them out strictly in order.
/// What comes out depends on the order and on `fill` alone, not on the number of threads.
class BatchLoader {
  /// The memory of one batch.
  struct Slot {
    std::vector<float> samples;  // (batch_size, sample_size)
    std::vector<std::size_t> indices;
    std::vector<char> usable;
    std::size_t pending = 0;    // samples not yet filled
    std::size_t failed_at = 0;  // where in the batch `failure` arose
    std::exception_ptr failure;
  };
  struct Recycle {
    BatchLoader* loader;
    void operator()(Slot* slot) const { loader->recycle(*slot); }
  };

 public:
  /// The samples of a batch that were usable, and their indices. When it is destroyed, by whichever thread,
  /// its memory is filled again.
  struct Batch {
    std::span<const std::size_t> indices;
    std::span<const float> samples;  // (indices.size(), sample_size)
    std::unique_ptr<Slot, Recycle> memory;
  };

  /// Writes sample `index` to sample_size floats. False leaves the sample out of its batch; an exception ends
  /// the loading. Called from several threads at once.
  using Fill = std::function<bool(std::size_t index, float* sample)>;

  /// How much memory there is, in batches: those that the callers of next() hold at most at a time, and those
  /// that are kept ready beside them.
  struct Capacity {
    std::size_t held = 1, ahead = 2;
  };

  /// Loads order[0], order[1], … in batches of batch_size (the last may be smaller) with that many threads.
  /// With 0 threads, next() fills the batch itself. Throws ShapeError for a batch size of 0.
  BatchLoader(std::vector<std::size_t> order, std::size_t batch_size, std::size_t sample_size,
              std::size_t threads, Fill fill, Capacity capacity = {1, 2})
      : order_{std::move(order)},
        batch_size_{std::min(batch_size, order_.size())},
        sample_size_{sample_size},
        fill_{std::move(fill)} {
    if (batch_size == 0) throw ShapeError("BatchLoader", "a batch size of at least 1", "0");
    if (order_.empty()) return;
    const std::size_t begun_early = threads == 0 ? 0 : std::max<std::size_t>(capacity.ahead, 1);
    slots_.resize(std::min(batch_count(), begun_early + capacity.held));
    ready_.resize(slots_.size());
    for (Slot& slot : slots_) {
      slot.samples.resize(batch_size_ * sample_size_);
      prepare(slot);
    }
    try {
      for (std::size_t i = 0; i < std::min(threads, order_.size()); ++i)
        workers_.emplace_back([this] { work(); });
    } catch (...) {
      stop();
      throw;
    }
  }

  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  /// Waits for the samples that are being filled, at most one a thread; no other is begun.
  ~BatchLoader() { stop(); }

  /// The next batch with a usable sample, or nothing after the last; for one thread at a time. Waits until
  /// the batch is filled and, if as many are held as may be, for the end of one. Rethrows the exception of
  /// the first sample in the order that threw one, after all batches before its own, and again from then on.
  std::optional<Batch> next() {
    while (!failure_ && next_ < batch_count()) {
      std::unique_lock lock{mutex_};
      filled_.wait(lock,
                   [&] { return next_ < prepared_ && (workers_.empty() || slot_of(next_).pending == 0); });
      Slot& slot = slot_of(next_);
      while (slot.pending > 0) fill_one(lock);  // without workers
      lock.unlock();
      ++next_;
      Batch batch{{}, {}, {&slot, Recycle{this}}};
      failure_ = slot.failure;
      if (failure_ || compact(slot) == 0) continue;
      batch.indices = slot.indices;
      batch.samples = {slot.samples.data(), slot.indices.size() * sample_size_};
      return batch;
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
  }

  /// How many samples were left out of the batches up to now.
  std::size_t left_out() const { return left_out_; }

 private:
  std::size_t batch_count() const { return order_.empty() ? 0 : (order_.size() - 1) / batch_size_ + 1; }
  Slot& slot_of(std::size_t batch) { return *ready_[batch % ready_.size()]; }

  /// Gives a slot to the next batch without one; returns how many samples that has. Needs the mutex, except
  /// in the constructor.
  std::size_t prepare(Slot& slot) {
    if (prepared_ == batch_count()) return 0;
    const std::size_t begin = prepared_ * batch_size_;
    const auto first = order_.begin() + static_cast<std::ptrdiff_t>(begin);
    const std::size_t count = std::min(batch_size_, order_.size() - begin);
    slot.indices.assign(first, first + static_cast<std::ptrdiff_t>(count));
    slot.usable.assign(count, 0);
    slot.pending = count;
    slot.failure = nullptr;
    ready_[prepared_++ % ready_.size()] = &slot;
    return count;
  }

  void recycle(Slot& slot) {
    const std::lock_guard lock{mutex_};
    for (std::size_t claimable = prepare(slot); claimable > 0; --claimable) claimable_.notify_one();
    filled_.notify_one();  // next() may wait for a slot
  }

  bool may_claim() const { return claimed_ < std::min(prepared_ * batch_size_, order_.size()); }

  /// Fills the next sample that no thread has claimed; unlocks meanwhile. Samples are claimed in order, so
  /// whatever comes before a failing sample is filled, and what comes after it is of no use.
  void fill_one(std::unique_lock<std::mutex>& lock) {
    const std::size_t position = claimed_++, i = position % batch_size_;
    Slot& slot = slot_of(position / batch_size_);
    const bool useless = failed_;
    bool usable = false;
    std::exception_ptr failure;
    lock.unlock();
    try {
      usable = !useless && fill_(order_[position], slot.samples.data() + i * sample_size_);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    slot.usable[i] = usable ? 1 : 0;
    if (failure && (!slot.failure || i < slot.failed_at)) {
      slot.failure = std::exchange(failure, nullptr);
      slot.failed_at = i;
      failed_ = true;
    }
    if (--slot.pending == 0) filled_.notify_one();
  }

  void work() {
    std::unique_lock lock{mutex_};
    while (true) {
      claimable_.wait(lock, [&] { return stopped_ || claimed_ == order_.size() || may_claim(); });
      if (stopped_ || claimed_ == order_.size()) return;
      fill_one(lock);
    }
  }

  /// Closes the gaps of unusable samples; returns how many samples are left.
  std::size_t compact(Slot& slot) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < slot.indices.size(); ++i) {
      if (slot.usable[i] == 0) continue;
      slot.indices[kept] = slot.indices[i];
      if (kept != i)
        std::copy_n(slot.samples.data() + i * sample_size_, sample_size_,
                    slot.samples.data() + kept * sample_size_);
      ++kept;
    }
    left_out_ += slot.indices.size() - kept;
    slot.indices.resize(kept);
    return kept;
  }

  void stop() {
    {
      const std::lock_guard lock{mutex_};
      stopped_ = true;
    }
    claimable_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
  }

  const std::vector<std::size_t> order_;
  const std::size_t batch_size_, sample_size_;
  const Fill fill_;
  std::vector<Slot> slots_;

  // Of next():
  std::size_t next_ = 0, left_out_ = 0;
  std::exception_ptr failure_;

  std::mutex mutex_;  // guards what follows, and the slots until they are filled
  std::condition_variable claimable_, filled_;
  std::vector<Slot*> ready_;  // those of the batches that next() has not given away, batch b at b % size
  std::size_t prepared_ = 0;  // batches that have, or had, a slot
  std::size_t claimed_ = 0;   // samples that a thread has taken on
  bool failed_ = false, stopped_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace graft
