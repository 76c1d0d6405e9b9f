// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/team_member.hpp>

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
///
/// Half of the threads take tasks from the front and half from the back, so that with two of them, call after
/// call, what a thread reads and writes stays in its own cache; who is done early takes what is left. Who
/// waits for a thread that has lost its processor to another program gives it theirs.
class ThreadTeam {
 public:
  explicit ThreadTeam(Threads threads = {})
      : size_{threads.resolved()}, members_{new detail::TeamMember[size_]} {
    workers_.reserve(size_ - 1);
    for (std::size_t i = 1; i < size_; ++i) workers_.emplace_back([this, i] { serve(i); });
  }
  ~ThreadTeam() {
    stop_ = true;
    publish(0);
    for (std::thread& worker : workers_) worker.join();
  }
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  std::size_t size() const { return size_; }
  /// Whether the calling thread is executing a task of this team, and as which worker.
  bool executing() const { return inside.team == this; }
  std::size_t worker() const { return executing() ? inside.worker : 0; }

  /// Calls task(index, worker) for every index in [0, count), worker in [0, size()).
  template <class Task>
  void run(std::size_t count, Task&& task) {
    execute(count, nullptr, borrow(task));
  }

  /// The same for groups of so many tasks: each worker that executes tasks of a group calls
  /// prepare(group, worker) before the first of them. Where there is a group for every worker, one worker
  /// executes all of it; else workers share groups, and each prepares them for itself.
  template <class Prepare, class Task>
  void run(std::size_t groups, std::size_t tasks_of_group, Prepare&& prepare, Task&& task) {
    const auto whole_group = [&](std::size_t group, std::size_t worker) {
      prepare(group, worker);
      for (std::size_t i = 0; i < tasks_of_group; ++i) task(group * tasks_of_group + i, worker);
    };
    if (groups >= size() || executing()) return run(groups, whole_group);
    const Preparation preparation{tasks_of_group, borrow(prepare)};
    execute(groups * tasks_of_group, &preparation, borrow(task));
  }

 private:
  // Turns of waiting before a thread sleeps, 140 microseconds on a Zen 4: layers of a network follow each
  // other faster.
  static constexpr int spins = 4000;

  // The team whose task this thread is executing, and as which of its workers.
  struct Inside {
    const ThreadTeam* team;
    std::size_t worker;
  };
  static inline thread_local Inside inside;

  // One word has the number of a call and which of its tasks nobody has taken, [front, end): who takes a task
  // takes one of this call.
  static constexpr unsigned task_bits = 24;
  static constexpr std::uint64_t task_mask = (std::uint64_t{1} << task_bits) - 1;
  static constexpr std::uint64_t call_of(std::uint64_t state) { return state >> 2 * task_bits; }
  static constexpr std::uint64_t front_of(std::uint64_t state) { return state >> task_bits & task_mask; }
  static constexpr std::uint64_t end_of(std::uint64_t state) { return state & task_mask; }
  static constexpr std::size_t most_tasks = task_mask;

  // A function of an index and a worker that the caller holds; one type for all, so that what follows is
  // compiled once and not, a kernel with it, for each call.
  struct Borrowed {
    void* function;
    void (*call)(void*, std::size_t, std::size_t);

    void operator()(std::size_t index, std::size_t worker) const { call(function, index, worker); }
  };
  template <class Function>
  static Borrowed borrow(Function& f) {
    return {const_cast<void*>(static_cast<const void*>(&f)),
            [](void* function, std::size_t index, std::size_t worker) {
              (*static_cast<Function*>(function))(index, worker);
            }};
  }

  struct Preparation {
    std::size_t tasks_of_group;
    Borrowed prepare;
  };

  __attribute__((noinline)) void execute(std::size_t count, const Preparation* preparation, Borrowed task) {
    if (count == 0) return;
    if (workers_.empty() || executing() || (count == 1 && preparation == nullptr)) {
      for (std::size_t i = 0; i < count; ++i) task(i, worker());
      return;
    }
    for (std::size_t begin = 0; begin < count; begin += most_tasks) {
      preparation_ = preparation;
      task_ = task;
      begin_ = begin;
      share(std::min(count - begin, most_tasks));
    }
  }

  void share(std::size_t count) {
    count_ = static_cast<std::uint32_t>(count);
    done_.store(0, std::memory_order_relaxed);
    processor_of_caller_.store(detail::current_processor(), std::memory_order_relaxed);
    publish(count);
    work(0);
    std::uint32_t done = done_.load(std::memory_order_acquire);
    for (int spin = 0; spin < spins && done != count; ++spin, done = done_.load(std::memory_order_acquire))
      spin_pause();
    if (done != count) help(0);
    for (; done != count; done = done_.load(std::memory_order_acquire))
      done_.wait(done, std::memory_order_acquire);
  }

  void publish(std::size_t count) {
    const std::uint64_t call = call_of(state_.load(std::memory_order_relaxed)) + 1;
    state_.store(call << 2 * task_bits | count, std::memory_order_release);
    calls_.fetch_add(1, std::memory_order_release);
    calls_.notify_all();
  }

  /// Gives the processor of a member that is about to sleep to one that is at work and has none. Whether that
  /// is the caller.
  bool help(std::size_t helper) {
    for (std::size_t i = 0; i < size(); ++i)
      if (i != helper && members_[i].is_stranded() && members_[i].move_here()) return i == 0;
    return false;
  }

  void work(std::size_t worker) {
    members_[worker].begin_work();
    const std::uint32_t mine = take_tasks(worker);
    const bool moved = members_[worker].end_work();
    if (mine > 0) {
      const std::uint32_t all = count_;  // which holds still as long as these have not been counted
      if (done_.fetch_add(mine, std::memory_order_acq_rel) + mine == all) done_.notify_one();
    }
    // Two threads on one processor would take turns of milliseconds.
    if (moved && worker > 0) detail::leave_processor(processor_of_caller_.load(std::memory_order_relaxed));
  }

  /// How many it was.
  std::uint32_t take_tasks(std::size_t worker) {
    const Inside outer = inside;
    inside = {this, worker};
    const bool from_back = worker % 2 == 1;
    std::size_t prepared = 0;
    std::uint32_t mine = 0;
    std::uint64_t state = state_.load(std::memory_order_acquire);
    while (front_of(state) < end_of(state)) {
      const std::uint64_t taken = from_back ? state - 1 : state + (std::uint64_t{1} << task_bits);
      if (!state_.compare_exchange_weak(state, taken, std::memory_order_acquire)) continue;
      // The call cannot end before this task: its other members hold still.
      const std::size_t index = begin_ + (from_back ? end_of(taken) : front_of(state));
      if (preparation_ != nullptr) {
        const std::size_t group = index / preparation_->tasks_of_group;
        if (mine == 0 || group != prepared) preparation_->prepare(group, worker);
        prepared = group;
      }
      task_(index, worker);
      ++mine;
      state = state_.load(std::memory_order_acquire);
    }
    inside = outer;
    return mine;
  }

  void serve(std::size_t worker) {
    for (std::uint32_t seen = 0;;) {
      std::uint32_t call = calls_.load(std::memory_order_acquire);
      for (int spin = 0; spin < spins && call == seen; ++spin) {
        spin_pause();
        call = calls_.load(std::memory_order_acquire);
      }
      if (call == seen) {
        if (help(worker))
          detail::leave_processor(detail::current_processor());
        else
          calls_.wait(seen, std::memory_order_acquire);
        continue;
      }
      seen = call;
      if (stop_) return;
      work(worker);
    }
  }

  const std::size_t size_;
  std::unique_ptr<detail::TeamMember[]> members_;  // the caller, then the workers
  std::vector<std::thread> workers_;
  std::atomic<int> processor_of_caller_{-1};
  alignas(64) std::atomic<std::uint64_t> state_{0};
  // What threads sleep on has 32 bits, as the kernel's futex has: a wait for another size is woken by the
  // notifications of all other teams, too, in libstdc++ 12.
  std::atomic<std::uint32_t> calls_{0};
  alignas(64) std::atomic<std::uint32_t> done_{0};
  std::atomic<bool> stop_{false};
  const Preparation* preparation_ = nullptr;
  Borrowed task_{};
  std::size_t begin_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace graft
