// SPDX-License-Identifier: MIT
#include <graft/backend/thread_team.hpp>

#include <array>
#include <doctest/doctest.h>
#include <fstream>
#include <string>

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace thread_team_test {

using namespace graft;

namespace {

// Runs `count` tasks and checks that each was called once, by a worker of the team.
void check_run(ThreadTeam& team, std::size_t count) {
  std::vector<int> calls(count);
  std::atomic<bool> in_range{true};
  team.run(count, [&](std::size_t index, std::size_t worker) {
    ++calls[index];
    if (worker >= team.size()) in_range = false;
  });
  CHECK(std::count(calls.begin(), calls.end(), 1) == static_cast<std::ptrdiff_t>(count));
  CHECK(in_range);
}

}  // namespace

TEST_CASE("a team has as many workers as asked for, one for each processor by default") {
  CHECK(Threads{3}.resolved() == 3);
  CHECK(Threads{}.resolved() >= 1);
  for (const std::size_t count : {1u, 2u, 5u}) CHECK(ThreadTeam{Threads{count}}.size() == count);
}

TEST_CASE("every task runs exactly once, whatever their number") {
  for (const std::size_t threads : {1u, 2u, 3u, 8u}) {
    ThreadTeam team{Threads{threads}};
    for (const std::size_t count : {0u, 1u, 2u, 3u, 7u, 1000u}) check_run(team, count);
  }
}

TEST_CASE("run returns after the last task, so its results may be read at once") {
  ThreadTeam team{Threads{4}};
  std::vector<std::size_t> results(100);  // plain memory: a thread that is late shows as a wrong sum
  for (std::size_t round = 0; round < 5000; ++round) {
    team.run(results.size(), [&](std::size_t i, std::size_t) { results[i] = round + i; });
    std::size_t sum = 0;
    for (const std::size_t result : results) sum += result;
    REQUIRE(sum == 100 * round + 4950);
  }
}

TEST_CASE("tasks of one worker never overlap: each may use memory of its own") {
  ThreadTeam team{Threads{4}};
  std::array<std::atomic<int>, 4> busy{};
  std::atomic<bool> overlap{false};
  team.run(2000, [&](std::size_t, std::size_t worker) {
    if (busy[worker].fetch_add(1) != 0) overlap = true;
    busy[worker].fetch_sub(1);
  });
  CHECK_FALSE(overlap);
}

TEST_CASE(
    "a worker prepares each group before its first task of it, and one worker whole groups if there are "
    "many") {
  constexpr std::size_t tasks_of_group = 8;
  for (const std::size_t threads : {1u, 2u, 5u})
    for (const std::size_t groups : {1u, 2u, 3u, 7u}) {
      ThreadTeam team{Threads{threads}};
      for (std::size_t round = 0; round < 50; ++round) {
        constexpr std::size_t none = 100;
        std::array<std::size_t, 5> at;  // the group that each worker has prepared
        at.fill(none);
        std::vector<std::atomic<int>> prepared(groups), calls(groups * tasks_of_group);
        std::atomic<bool> in_order{true};
        const auto prepare = [&](std::size_t group, std::size_t worker) {
          at[worker] = group;
          ++prepared[group];
        };
        team.run(groups, tasks_of_group, prepare, [&](std::size_t index, std::size_t worker) {
          ++calls[index];
          if (at[worker] != index / tasks_of_group) in_order = false;
        });
        CHECK(in_order);
        for (const auto& n : calls) CHECK(n == 1);
        for (const auto& n : prepared) {
          CHECK(n >= 1);
          if (groups >= threads) CHECK(n == 1);
        }
      }
      team.run(
          0, tasks_of_group, [](std::size_t, std::size_t) { FAIL("prepared for nothing"); },
          [](std::size_t, std::size_t) {});
    }
}

TEST_CASE("more tasks than one word can count") {
  ThreadTeam team{Threads{2}};
  const std::size_t count = (std::size_t{1} << 24) + 5;
  std::array<std::size_t, 2> sum{};
  team.run(count, [&](std::size_t index, std::size_t worker) { sum[worker] += index; });
  CHECK(sum[0] + sum[1] == count * (count - 1) / 2);
}

TEST_CASE("a run inside a task executes in place, as the same worker") {
  ThreadTeam team{Threads{3}};
  std::vector<std::array<int, 5>> calls(50);
  std::atomic<bool> same_worker{true};
  team.run(calls.size(), [&](std::size_t outer, std::size_t outer_worker) {
    const std::thread::id thread = std::this_thread::get_id();
    team.run(5, [&](std::size_t inner, std::size_t inner_worker) {
      ++calls[outer][inner];
      if (inner_worker != outer_worker || std::this_thread::get_id() != thread) same_worker = false;
      team.run(1, [&](std::size_t, std::size_t innermost) {
        if (innermost != outer_worker) same_worker = false;
      });
    });
  });
  CHECK(same_worker);
  for (const auto& row : calls) CHECK(row == std::array<int, 5>{1, 1, 1, 1, 1});
}

TEST_CASE("groups inside a task are prepared in place, by the same worker") {
  ThreadTeam team{Threads{3}};
  std::array<std::vector<std::size_t>, 6> calls;
  team.run(calls.size(), [&](std::size_t outer, std::size_t worker) {
    team.run(
        2, 2,
        [&](std::size_t group, std::size_t inner) {
          calls[outer].push_back(inner == worker ? 10 + group : 99);
        },
        [&](std::size_t i, std::size_t inner) { calls[outer].push_back(inner == worker ? i : 99); });
  });
  for (const auto& list : calls) CHECK(list == std::vector<std::size_t>{10, 0, 1, 11, 2, 3});
}

TEST_CASE("a task of one team may use another team") {
  ThreadTeam outer{Threads{2}};
  std::array<std::size_t, 4> sums{};
  outer.run(sums.size(), [&](std::size_t i, std::size_t) {
    ThreadTeam inner{Threads{2}};
    std::array<std::size_t, 10> parts{};
    inner.run(parts.size(), [&](std::size_t k, std::size_t) { parts[k] = i * k; });
    for (const std::size_t part : parts) sums[i] += part;
  });
  CHECK(sums == std::array<std::size_t, 4>{0, 45, 90, 135});
}

TEST_CASE("two teams work at once, each for a thread of its own") {
  const auto work = [](std::size_t& sum) {
    ThreadTeam team{Threads{3}};
    std::vector<std::size_t> parts(64);
    for (std::size_t round = 0; round < 500; ++round) {
      team.run(parts.size(), [&](std::size_t i, std::size_t) { parts[i] = i; });
      for (const std::size_t part : parts) sum += part;
    }
  };
  std::size_t a = 0, b = 0;
  std::thread first{[&] { work(a); }}, second{[&] { work(b); }};
  first.join();
  second.join();
  CHECK(a == 500 * 2016);
  CHECK(b == 500 * 2016);
}

TEST_CASE("a team that has slept wakes up, and one that never worked can be destroyed") {
  ThreadTeam team{Threads{3}};
  check_run(team, 10);
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  check_run(team, 10);
  for (int i = 0; i < 100; ++i) ThreadTeam{Threads{3}};
}

#ifdef __linux__
TEST_CASE("a team that sleeps is not woken by the calls of another one") {
  ThreadTeam sleeper{Threads{2}}, busy{Threads{2}};
  std::array<pid_t, 2> ids{};
  std::atomic<int> met{0};
  sleeper.run(2, [&](std::size_t, std::size_t worker) {  // one task for each thread: both wait for the other
    ids[worker] = static_cast<pid_t>(syscall(SYS_gettid));
    for (++met; met < 2;) spin_pause();
  });
  const auto times_slept = [&] {
    std::ifstream status{"/proc/self/task/" + std::to_string(ids[1]) + "/status"};
    const std::string name = "voluntary_ctxt_switches:";
    for (std::string line; std::getline(status, line);)
      if (line.starts_with(name)) return std::stol(line.substr(name.size()));
    return -1L;
  };
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  const long before = times_slept();
  REQUIRE(before >= 0);
  for (int i = 0; i < 50; ++i) {
    check_run(busy, 2);
    std::this_thread::sleep_for(std::chrono::milliseconds{2});  // who was woken sleeps again
  }
  CHECK(times_slept() - before < 10);
}
#endif

}  // namespace thread_team_test
