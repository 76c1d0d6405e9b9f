// SPDX-License-Identifier: MIT
#include <graft/training/stage_times.hpp>

#include <barrier>
#include <doctest/doctest.h>
#include <thread>
#include <vector>

namespace stage_times_test {

using namespace graft;
using namespace std::chrono_literals;

TEST_CASE("a stage has the time of its scopes") {
  StageTimes times;
  for (int i = 0; i < 3; ++i) {
    const StageTimes::Scope scope{&times, Stage::decode};
    std::this_thread::sleep_for(2ms);
  }
  const StageTime decode = times[Stage::decode];
  CHECK(decode.count == 3);
  CHECK(decode.summed >= 0.006);
  CHECK(decode.wall == doctest::Approx(decode.summed));
  CHECK(times[Stage::backbone].count == 0);
  CHECK(times[Stage::backbone].wall == 0);
  { const StageTimes::Scope scope{nullptr, Stage::backbone}; }
  CHECK(times[Stage::backbone].count == 0);
}

TEST_CASE("threads that are in a stage together count once for the wall clock") {
  StageTimes times;
  std::barrier together{4};
  std::vector<std::thread> team;
  for (int i = 0; i < 4; ++i)
    team.emplace_back([&] {
      const StageTimes::Scope scope{&times, Stage::backbone};
      together.arrive_and_wait();  // all are inside
      std::this_thread::sleep_for(5ms);
      together.arrive_and_wait();
    });
  for (std::thread& thread : team) thread.join();
  const StageTime backbone = times[Stage::backbone];
  CHECK(backbone.count == 4);
  CHECK(backbone.wall >= 0.005);
  CHECK(backbone.summed >= 0.02);
  CHECK(backbone.summed <= 4 * backbone.wall);
}

TEST_CASE("the table lists the stages that were gone through") {
  StageTimes times;
  { const StageTimes::Scope scope{&times, Stage::wait}; }
  const std::string table = times.table();
  CHECK(table.find("stage ") == 0);
  CHECK(table.find("\nwait for an image      1  ") != std::string::npos);
  CHECK(table.find("decode") == std::string::npos);
}

}  // namespace stage_times_test
