// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <thread>

#if defined(__linux__)
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>
#endif

namespace graft {

/// Tells the processor that this thread waits for another one.
inline void spin_pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

namespace detail {

#if defined(__linux__)

/// The processor that this thread runs on.
inline int current_processor() { return sched_getcpu(); }

/// Goes to another processor of those that this thread may use, behind whoever has it.
inline void leave_processor(int processor) {
  cpu_set_t all;
  if (processor < 0 || sched_getcpu() != processor || sched_getaffinity(0, sizeof all, &all) != 0) return;
  cpu_set_t others = all;
  CPU_CLR(processor, &others);
  if (CPU_COUNT(&others) == 0) return;
  sched_setaffinity(0, sizeof others, &others);
  sched_setaffinity(0, sizeof all, &all);
}

/// A thread of a team as the others see it. Where another program has taken the processor of a thread that is
/// at work, the kernel lets it wait for milliseconds, also if a second processor becomes free because
/// everybody else waits for that thread: whoever waits gives it theirs.
class TeamMember {
 public:
  // By the thread itself:

  void begin_work() {
    if (number_ != number_of_thread()) {  // another caller's
      number_ = number_of_thread();
      clockid_t clock{};
      clock_ = pthread_getcpuclockid(pthread_self(), &clock) == 0 ? clock : no_clock;
      thread_ = gettid();
    }
    at_work_ = true;
  }
  /// Whether another thread has given it a processor meanwhile. From now on it may use those that it could
  /// use before.
  bool end_work() {
    at_work_ = false;
    if (place_ == Place::own) return false;
    while (place_ == Place::changing) std::this_thread::yield();
    if (place_ == Place::own) return false;
    sched_setaffinity(0, sizeof before_, &before_);
    place_ = Place::own;
    return true;
  }

  // By others:

  /// Whether it is at work and stands in the queue of a processor; a thread that sleeps does not.
  bool is_stranded() const {
    if (!at_work_ || clock_ == no_clock) return false;
    const std::int64_t before = nanoseconds();
    for (int spin = 0; spin < 300; ++spin) spin_pause();
    return at_work_ && nanoseconds() - before < 1000 && is_runnable();
  }

  /// Gives it the processor of the calling thread, which is to sleep then.
  bool move_here() {
    Place own = Place::own;
    if (!place_.compare_exchange_strong(own, Place::changing)) return false;
    const bool moved = at_work_ && pin_to(sched_getcpu());
    place_ = moved ? Place::given : Place::own;
    return moved;
  }

 private:
  enum class Place { own, changing, given };

  /// From 1 on; no two threads of a program have the same, as they may have the same pthread_t one after the
  /// other.
  static std::uint64_t number_of_thread() {
    static std::atomic<std::uint64_t> last{0};
    static thread_local const std::uint64_t number = ++last;
    return number;
  }
  bool pin_to(int processor) {
    if (processor < 0 || sched_getaffinity(thread_, sizeof before_, &before_) != 0) return false;
    if (!CPU_ISSET(processor, &before_) || CPU_COUNT(&before_) == 1) return false;
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(processor, &here);
    return sched_setaffinity(thread_, sizeof here, &here) == 0;
  }
  /// As the kernel says: the state behind the name in brackets.
  bool is_runnable() const {
    char text[64];
    std::snprintf(text, sizeof text, "/proc/self/task/%d/stat", static_cast<int>(thread_));
    const int file = open(text, O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const ssize_t size = read(file, text, sizeof text);
    close(file);
    const std::string_view stat{text, size > 0 ? static_cast<std::size_t>(size) : 0};
    return stat.substr(std::min(stat.size(), stat.rfind(')'))).starts_with(") R");
  }
  std::int64_t nanoseconds() const {
    timespec time{};
    clock_gettime(clock_, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  }

  static constexpr clockid_t no_clock = CLOCK_REALTIME;

  std::uint64_t number_ = 0;
  std::atomic<pid_t> thread_{0};
  std::atomic<clockid_t> clock_{no_clock};  // of its processor time
  cpu_set_t before_{};                      // processors that it could use
  std::atomic<bool> at_work_{false};
  std::atomic<Place> place_{Place::own};
};

#else

inline int current_processor() { return -1; }
inline void leave_processor(int /*processor*/) {}

/// A thread of a team, of which the others know nothing here.
class TeamMember {
 public:
  void begin_work() {}
  bool end_work() { return false; }
  bool is_stranded() const { return false; }
  bool move_here() { return false; }
};

#endif

}  // namespace detail
}  // namespace graft
