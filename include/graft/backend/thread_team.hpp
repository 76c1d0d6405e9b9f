// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace graft {

/// How many threads compute; 0 means one for each processor.
struct Threads {
  std::size_t count = 0;

  std::size_t resolved() const {
    return count > 0 ? count : std::max<std::size_t>(1, std::thread::hardware_concurrency());
  }
};

/// A fixed team of threads that share the tasks of one call at a time. `run` allocates nothing; a `run` from
/// inside a task executes in place, so kernels may split their work wherever they are called from. Tasks must
/// not throw. The division into tasks is the caller's and never depends on the size of the team: that keeps
/// results the same bits for any number of threads.
class ThreadTeam {
 public:
  explicit ThreadTeam(Threads threads = {}) {
    workers_.reserve(threads.resolved() - 1);
    for (std::size_t i = 1; i < threads.resolved(); ++i) workers_.emplace_back([this, i] { serve(i); });
  }
  ~ThreadTeam() {
    stop_ = true;
    round_.fetch_add(1);
    round_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  std::size_t size() const { return workers_.size() + 1; }

  /// Calls task(index, worker) for every index in [0, count), worker in [0, size()).
  template <class Task>
  void run(std::size_t count, Task&& task) {
    if (count <= 1 || workers_.empty() || inside.team == this) {
      const std::size_t worker = inside.team == this ? inside.worker : 0;
      for (std::size_t i = 0; i < count; ++i) task(i, worker);
      return;
    }
    task_ = &task;
    call_ = [](void* t, std::size_t index, std::size_t worker) {
      (*static_cast<std::remove_reference_t<Task>*>(t))(index, worker);
    };
    count_ = count;
    next_ = 0;
    busy_ = workers_.size();
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    work(0);
    for (std::size_t left = busy_.load(std::memory_order_acquire); left != 0;
         left = busy_.load(std::memory_order_acquire))
      busy_.wait(left, std::memory_order_acquire);
  }

 private:
  // The team whose task this thread is executing, and as which of its workers.
  struct Inside {
    const ThreadTeam* team;
    std::size_t worker;
  };
  static inline thread_local Inside inside;

  void work(std::size_t worker) {
    const Inside outer = inside;
    inside = {this, worker};
    for (std::size_t i = next_.fetch_add(1); i < count_; i = next_.fetch_add(1)) call_(task_, i, worker);
    inside = outer;
  }

  void serve(std::size_t worker) {
    for (std::uint32_t seen = 0;;) {
      // A short spin first: the next call of a network follows within microseconds.
      for (int spin = 0; spin < 2000 && round_.load(std::memory_order_acquire) == seen; ++spin)
        std::atomic_signal_fence(std::memory_order_seq_cst);
      round_.wait(seen, std::memory_order_acquire);
      seen = round_.load(std::memory_order_acquire);
      if (stop_) return;
      work(worker);
      if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
    }
  }

  std::vector<std::thread> workers_;
  std::atomic<std::uint32_t> round_{0};
  std::atomic<std::size_t> next_{0}, busy_{0};
  std::atomic<bool> stop_{false};
  void* task_ = nullptr;
  void (*call_)(void*, std::size_t, std::size_t) = nullptr;
  std::size_t count_ = 0;
};

}  // namespace graft
