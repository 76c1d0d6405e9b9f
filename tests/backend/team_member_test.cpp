// SPDX-License-Identifier: MIT
#include <graft/backend/thread_team.hpp>

#include <condition_variable>
#include <doctest/doctest.h>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#if defined(__linux__)

namespace team_member_test {

using namespace graft;

namespace {

std::vector<int> processors() {
  cpu_set_t set;
  REQUIRE(sched_getaffinity(0, sizeof set, &set) == 0);
  std::vector<int> list;
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(i, &set)) list.push_back(i);
  return list;
}

// The processors that this thread may use, as they were behind the scope.
class Pinned {
 public:
  explicit Pinned(int processor) {
    REQUIRE(sched_getaffinity(0, sizeof before_, &before_) == 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  }
  ~Pinned() { sched_setaffinity(0, sizeof before_, &before_); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t before_;
};

// A thread at work that gets no further until it is told to: asleep, or in a loop. It starts with the
// processors of whoever creates it.
class Worker {
 public:
  Worker(detail::TeamMember& member, bool sleeps)
      : thread_{[this, &member, sleeps] {
          before = processors();
          member.begin_work();
          begun_ = true;
          if (sleeps)
            go_on_.wait(false);
          else
            while (!go_on_) spin_pause();
          at = processors();
          was_moved = member.end_work();
          after = processors();
        }} {
    while (!begun_) std::this_thread::yield();
  }
  void finish() {
    go_on_ = true;
    go_on_.notify_all();
    thread_.join();
  }

  std::vector<int> before, at, after;
  bool was_moved = false;

 private:
  std::atomic<bool> begun_{false}, go_on_{false};
  std::thread thread_;
};

template <class Condition>
bool soon(Condition&& condition) {
  for (int i = 0; i < 2000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return false;
}

}  // namespace

TEST_CASE("a member is stranded that is at work and waits for a processor") {
  detail::TeamMember member;
  CHECK_FALSE(member.is_stranded());
  {
    Worker worker{member, true};
    const auto sleeps = [&] {  // as soon as it has come to that
      for (int i = 0; i < 20; ++i)
        if (member.is_stranded()) return false;
      return true;
    };
    CHECK(soon(sleeps));
    CHECK(sleeps());
    worker.finish();
  }
  CHECK_FALSE(member.is_stranded());
  const auto all = processors();
  std::optional<Pinned> pinned{std::in_place, all.front()};
  Worker worker{member, false};
  pinned.emplace(all.back());  // away from the worker, where there is more than one processor
  // On one processor it is stranded whenever somebody else can ask.
  if (all.size() > 1) CHECK(soon([&] { return !member.is_stranded(); }));
  std::atomic<bool> stop{false};
  std::vector<std::thread> rivals;  // for the worker's processor
  pinned.emplace(all.front());
  for (int i = 0; i < 2; ++i)
    rivals.emplace_back([&] {
      while (!stop) spin_pause();
    });
  pinned.emplace(all.back());
  CHECK(soon([&] { return member.is_stranded(); }));
  stop = true;
  for (std::thread& rival : rivals) rival.join();
  worker.finish();
}

TEST_CASE("a member that is given a processor has its own again behind its work") {
  if (processors().size() == 1) return;
  detail::TeamMember member;
  CHECK_FALSE(member.move_here());  // it is not at work
  Worker worker{member, true};
  CHECK(member.move_here());
  CHECK_FALSE(member.move_here());  // once
  worker.finish();
  CHECK(worker.at.size() == 1);
  CHECK(worker.was_moved);
  CHECK(worker.after == worker.before);

  Worker unmoved{member, false};
  unmoved.finish();
  CHECK_FALSE(unmoved.was_moved);
  CHECK(unmoved.at == unmoved.before);
}

TEST_CASE("a thread that leaves a processor may use it later") {
  const auto all = processors();
  for (int i = 0; i < 20; ++i) {
    const int here = detail::current_processor();
    detail::leave_processor(here);
    CHECK(processors() == all);
  }
  detail::leave_processor(-1);
  CHECK(processors() == all);
}

TEST_CASE("among other programs a team computes the same, and its caller keeps its processors") {
  // More threads than processors, each with its tasks: members are stranded all the time.
  const auto all = processors();
  std::atomic<bool> stop{false};
  std::vector<std::thread> others;
  for (std::size_t i = 0; i < 2 * all.size(); ++i)
    others.emplace_back([&] {
      while (!stop) spin_pause();
    });
  ThreadTeam team{Threads{3}};
  for (int call = 0; call < 60; ++call) {
    std::vector<int> done(50);
    team.run(done.size(), [&](std::size_t i, std::size_t) {
      for (int spin = 0; spin < 2000; ++spin) spin_pause();
      ++done[i];
    });
    REQUIRE(done == std::vector<int>(50, 1));
    REQUIRE(processors() == all);
  }
  stop = true;
  for (std::thread& other : others) other.join();
}

}  // namespace team_member_test

#endif
