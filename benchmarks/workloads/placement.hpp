// SPDX-License-Identifier: MIT
// What the threads of a team have to compute with. A virtual machine's processors are moved about the cores
// of its host, and nothing within tells: but two that are one core's hardware threads, or whose core somebody
// else uses, too, are slower at multiplying, and two that do not share a cache are at talking to each other.
#pragma once

#include <graft/graft.hpp>

#include <algorithm>
#include <atomic>
#include <vector>

namespace bench {

/// What a trial of 0.1 ms on a team's own threads finds.
struct Placement {
  double speed = 0;       // operations a second of the slowest thread, all multiplying at once
  double round_trip = 0;  // seconds in which a number goes from one thread to another and back
};

/// Seconds of a round trip, in the one (side 0) and the other (side 1) thread: the quickest of a few.
inline double round_trip(std::atomic<unsigned>& ball, unsigned side) {
  constexpr int repetitions = 3, trips = 40;
  double best = 1e9;
  for (int repetition = 0; repetition < repetitions; ++repetition)
    best = std::min(best, graft::detail::seconds_of([&] {
                      for (int trip = 0; trip < trips; ++trip) {
                        while (ball.load(std::memory_order_acquire) % 2 != side) continue;
                        ball.fetch_add(1, std::memory_order_release);
                      }
                    }));
  return best / trips;
}

inline Placement try_out(graft::ThreadTeam& team) {
  const std::size_t threads = team.size();
  Placement found;
  std::vector<double> speeds(threads);
  std::atomic<std::size_t> arrived{0};
  alignas(64) std::atomic<unsigned> ball{0};
  const auto meet = [&](std::size_t arrivals) {
    for (++arrived; arrived < arrivals;) continue;
  };
  team.run(threads, [&](std::size_t thread, std::size_t) {  // each waits for all others: one task a thread
    meet(threads);
    if (thread < 2 && threads > 1) {
      const double seconds = round_trip(ball, static_cast<unsigned>(thread));
      if (thread == 0) found.round_trip = seconds;
    }
    meet(2 * threads);
    speeds[thread] = graft::detail::measure_peak(2);  // the better: another program may have the core in one
  });
  found.speed = *std::min_element(speeds.begin(), speeds.end());
  return found;
}

}  // namespace bench
