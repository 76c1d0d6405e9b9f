// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
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
 public:
  /// The samples of a batch that were usable, and their indices; valid until the next call of next().
  struct Batch {
    std::span<const std::size_t> indices;
    std::span<const float> samples;  // (indices.size(), sample_size)
  };

  /// Writes sample `index` to sample_size floats. False leaves the sample out of its batch; an exception ends
  /// the loading. Called from several threads at once.
  using Fill = std::function<bool(std::size_t index, float* sample)>;

  /// Loads order[0], order[1], … in batches of batch_size (the last may be smaller) with that many threads,
  /// which keep `ahead` batches ready beside the one in use (ahead + 1 batches of memory). With 0 threads,
  /// next() fills the batch itself. Throws ShapeError for a batch size of 0.
  BatchLoader(std::vector<std::size_t> order, std::size_t batch_size, std::size_t sample_size,
              std::size_t threads, Fill fill, std::size_t ahead = 2)
      : order_{std::move(order)},
        batch_size_{std::min(batch_size, order_.size())},
        sample_size_{sample_size},
        fill_{std::move(fill)} {
    if (batch_size == 0) throw ShapeError("BatchLoader", "a batch size of at least 1", "0");
    if (order_.empty()) return;
    const std::size_t begun_early = threads == 0 ? 0 : std::max<std::size_t>(ahead, 1);
    slots_.resize(std::min(batch_count(), begun_early + 1));  // one more: the batch that the caller holds
    for (std::size_t batch = 0; batch < slots_.size(); ++batch) {
      slots_[batch].samples.resize(batch_size_ * sample_size_);
      prepare(batch);
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

  /// The next batch with a usable sample, or nothing after the last. Rethrows the exception of the first
  /// sample in the order that threw one, after all batches before its own, and again from then on.
  std::optional<Batch> next() {
    while (!failure_ && next_ < batch_count()) {
      Slot& slot = slot_of(next_);
      {
        std::unique_lock lock{mutex_};
        if (next_ > 0) release(next_ - 1);
        if (workers_.empty())
          while (slot.pending > 0) fill_one(lock);
        else
          filled_.wait(lock, [&] { return slot.pending == 0; });
      }
      ++next_;
      failure_ = slot.failure;
      if (!failure_ && compact(slot) > 0) return Batch{slot.indices, used(slot)};
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::nullopt;
  }

  /// How many samples were left out of the batches up to now.
  std::size_t left_out() const { return left_out_; }

 private:
  /// The memory of one batch; batch b uses slot b % slots_.size().
  struct Slot {
    std::vector<float> samples;  // (batch_size, sample_size)
    std::vector<std::size_t> indices;
    std::vector<char> usable;
    std::size_t pending = 0;    // samples not yet filled
    std::size_t failed_at = 0;  // where in the batch `failure` arose
    std::exception_ptr failure;
  };

  std::size_t batch_count() const { return order_.empty() ? 0 : (order_.size() - 1) / batch_size_ + 1; }
  Slot& slot_of(std::size_t batch) { return slots_[batch % slots_.size()]; }
  std::span<const float> used(const Slot& slot) const {
    return {slot.samples.data(), slot.indices.size() * sample_size_};
  }

  void prepare(std::size_t batch) {
    Slot& slot = slot_of(batch);
    const auto first = order_.begin() + static_cast<std::ptrdiff_t>(batch * batch_size_);
    const std::size_t count = std::min(batch_size_, order_.size() - batch * batch_size_);
    slot.indices.assign(first, first + static_cast<std::ptrdiff_t>(count));
    slot.usable.assign(count, 0);
    slot.pending = count;
    ++prepared_;
  }

  /// Gives the slot of a batch that the caller is done with to the next batch without one. Needs the mutex.
  void release(std::size_t batch) {
    if (batch + slots_.size() >= batch_count() || batch + slots_.size() < prepared_) return;
    prepare(batch + slots_.size());
    claimable_.notify_all();
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

  // Of the thread that calls next():
  std::size_t next_ = 0, left_out_ = 0;
  std::exception_ptr failure_;

  std::mutex mutex_;  // guards what follows, and the slots until they are filled
  std::condition_variable claimable_, filled_;
  std::size_t prepared_ = 0;  // batches that have, or had, a slot
  std::size_t claimed_ = 0;   // samples that a thread has taken on
  bool failed_ = false, stopped_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace graft
