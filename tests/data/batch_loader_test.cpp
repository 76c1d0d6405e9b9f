// SPDX-License-Identifier: MIT
#include <graft/data/batch_loader.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <doctest/doctest.h>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace batch_loader_test {

using graft::BatchLoader;
using Indices = std::vector<std::size_t>;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t thread_counts[] = {0, 1, 2, 4};

Indices count_up(std::size_t size) {
  Indices order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

/// Three floats that tell the index, after a pause that differs from sample to sample.
bool fill_three(std::size_t index, float* sample) {
  std::this_thread::sleep_for(std::chrono::microseconds{(index * 7919) % 300});
  for (std::size_t i = 0; i < 3; ++i) sample[i] = static_cast<float>(10 * index + i);
  return true;
}

struct Loaded {
  std::vector<Indices> batches;
  std::string error;
};

/// Takes all batches and checks that every sample carries the values of its index.
Loaded drain(BatchLoader& loader) {
  Loaded loaded;
  try {
    while (const auto batch = loader.next()) {
      REQUIRE(batch->samples.size() == 3 * batch->indices.size());
      for (std::size_t i = 0; i < batch->samples.size(); ++i)
        CHECK(batch->samples[i] == static_cast<float>(10 * batch->indices[i / 3] + i % 3));
      loaded.batches.emplace_back(batch->indices.begin(), batch->indices.end());
    }
  } catch (const std::exception& error) {
    loaded.error = error.what();
  }
  return loaded;
}

}  // namespace

TEST_CASE("batches come in order, the last one smaller") {
  const Indices order{5, 3, 9, 0, 3, 7, 1, 8, 2, 6, 4};
  for (const std::size_t threads : thread_counts)
    for (const std::size_t ahead : {0u, 1u, 5u}) {
      INFO(threads, " threads, ", ahead, " ahead");
      BatchLoader loader{order, 4, 3, threads, fill_three, {.held = 1, .ahead = ahead}};
      const auto loaded = drain(loader);
      CHECK(loaded.batches == std::vector<Indices>{{5, 3, 9, 0}, {3, 7, 1, 8}, {2, 6, 4}});
      CHECK(loaded.error == "");
      CHECK(loader.left_out() == 0);
      CHECK_FALSE(loader.next().has_value());
    }
}

TEST_CASE("odd sizes of batches and orders") {
  for (const std::size_t threads : thread_counts) {
    CAPTURE(threads);
    BatchLoader one{count_up(3), 1, 3, threads, fill_three};
    CHECK(drain(one).batches == std::vector<Indices>{{0}, {1}, {2}});
    BatchLoader exact{count_up(4), 2, 3, threads, fill_three};
    CHECK(drain(exact).batches == std::vector<Indices>{{0, 1}, {2, 3}});
    BatchLoader huge{count_up(3), static_cast<std::size_t>(-1), 3, threads, fill_three};
    CHECK(drain(huge).batches == std::vector<Indices>{{0, 1, 2}});
    BatchLoader empty{{}, 5, 3, threads, fill_three};
    CHECK_FALSE(empty.next().has_value());
    CHECK_FALSE(empty.next().has_value());
  }
  CHECK_THROWS_WITH_AS(BatchLoader({1}, 0, 3, 1, fill_three),
                       "BatchLoader: expected a batch size of at least 1, received 0", graft::ShapeError);
}

TEST_CASE("every sample is filled once") {
  for (const std::size_t threads : thread_counts) {
    CAPTURE(threads);
    std::vector<std::atomic<int>> calls(1000);
    BatchLoader loader{count_up(1000), 7, 3, threads, [&](std::size_t index, float* sample) {
                         ++calls[index];
                         std::fill_n(sample, 3, 1.0f);
                         return true;
                       }};
    std::size_t samples = 0;
    while (const auto batch = loader.next()) samples += batch->indices.size();
    CHECK(samples == 1000);
    CHECK(std::all_of(calls.begin(), calls.end(), [](const auto& n) { return n == 1; }));
  }
}

TEST_CASE("unusable samples are left out and counted, and an empty batch is passed over") {
  for (const std::size_t threads : thread_counts) {
    CAPTURE(threads);
    const std::set<std::size_t> unusable{0, 3, 4, 5, 6, 7, 9, 11};
    BatchLoader loader{count_up(12), 4, 3, threads, [&](std::size_t index, float* sample) {
                         return fill_three(index, sample) && !unusable.contains(index);
                       }};
    CHECK(drain(loader).batches == std::vector<Indices>{{1, 2}, {8, 10}});
    CHECK(loader.left_out() == 8);
    BatchLoader none{count_up(6), 2, 3, threads, [](std::size_t, float*) { return false; }};
    CHECK_FALSE(none.next().has_value());
    CHECK(none.left_out() == 6);
  }
}

TEST_CASE("the first failing sample in the order is reported, whichever thread meets one first") {
  for (const std::size_t threads : thread_counts)
    for (int round = 0; round < 20; ++round) {
      CAPTURE(threads);
      BatchLoader loader{count_up(40), 4, 3, threads, [](std::size_t index, float* sample) {
                           // 18 is slow to fail: 19, 21 and 30 fail before it in time.
                           if (index == 18) std::this_thread::sleep_for(2ms);
                           if (index == 18 || index == 19 || index == 21 || index == 30)
                             throw std::runtime_error{"sample " + std::to_string(index)};
                           return fill_three(index, sample);
                         }};
      const auto loaded = drain(loader);
      CHECK(loaded.batches ==
            std::vector<Indices>{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}, {12, 13, 14, 15}});
      CHECK(loaded.error == "sample 18");
      CHECK_THROWS_WITH(loader.next(), "sample 18");
    }
}

TEST_CASE("threads run ahead of the caller, and no further than they may") {
  for (const std::size_t threads : {1u, 2u, 4u}) {
    CAPTURE(threads);
    std::atomic<std::size_t> filled{0};
    BatchLoader loader{count_up(100),
                       5,
                       1,
                       threads,
                       [&](std::size_t, float*) {
                         ++filled;
                         return true;
                       },
                       {.held = 1, .ahead = 2}};
    const auto settles_at = [&](std::size_t expected) {
      const auto end = std::chrono::steady_clock::now() + 20s;
      while (filled < expected && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
      std::this_thread::sleep_for(20ms);
      return filled == expected;
    };
    CHECK(settles_at(15));
    {
      const auto batch = loader.next();
      CHECK(batch.has_value());
      CHECK(settles_at(15));  // the first batch is in the caller's hands
    }
    CHECK(settles_at(20));
    CHECK(loader.next().has_value());
    CHECK(settles_at(25));
  }
}

TEST_CASE("without threads nothing runs ahead, and all runs in the calling thread") {
  std::size_t filled = 0;
  const auto caller = std::this_thread::get_id();
  BatchLoader loader{count_up(10), 3, 1, 0, [&](std::size_t, float*) {
                       ++filled;
                       return std::this_thread::get_id() == caller;
                     }};
  CHECK(filled == 0);
  CHECK(loader.next()->indices.size() == 3);
  CHECK(filled == 3);
}

TEST_CASE("a loader can be given up at any time") {
  for (const std::size_t threads : thread_counts)
    for (int taken = 0; taken < 4; ++taken) {
      CAPTURE(threads);
      std::atomic<std::size_t> filled{0};
      {
        BatchLoader loader{count_up(10'000), 8, 3, threads, [&](std::size_t index, float* sample) {
                             ++filled;
                             return fill_three(index, sample);
                           }};
        for (int i = 0; i < taken; ++i) CHECK(loader.next().has_value());
      }
      CHECK(filled <= 8u * static_cast<std::size_t>(taken + 3));
    }
}

TEST_CASE("several threads may hold batches, and give them back in any order") {
  for (const std::size_t threads : thread_counts) {
    CAPTURE(threads);
    constexpr std::size_t holders = 3;
    BatchLoader loader{count_up(200), 3, 3, threads, fill_three, {.held = holders, .ahead = 2}};
    std::mutex turn;
    Indices taken;
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> team;
    for (std::size_t holder = 0; holder < holders; ++holder)
      team.emplace_back([&, holder] {
        std::optional<BatchLoader::Batch> batch;
        while (true) {
          batch.reset();
          {
            const std::lock_guard lock{turn};
            batch = loader.next();
            if (!batch) return;
            taken.insert(taken.end(), batch->indices.begin(), batch->indices.end());
          }
          std::this_thread::sleep_for(std::chrono::microseconds{holder * 300});
          for (std::size_t i = 0; i < batch->samples.size(); ++i)
            if (batch->samples[i] != static_cast<float>(10 * batch->indices[i / 3] + i % 3)) ++wrong;
        }
      });
    for (std::thread& thread : team) thread.join();
    CHECK(taken == count_up(200));
    CHECK(wrong == 0);
  }
}

TEST_CASE("next waits while as many batches are held as may be") {
  BatchLoader loader{count_up(3), 1, 3, 0, fill_three, {.held = 2}};
  auto first = loader.next();
  const auto second = loader.next();
  std::atomic<bool> given_back{false};
  std::thread other{[&] {
    std::this_thread::sleep_for(20ms);
    given_back = true;
    first.reset();
  }};
  const auto third = loader.next();
  CHECK(given_back);
  CHECK(third->indices[0] == 2);
  CHECK(second->samples[0] == 10.0f);
  other.join();
}

TEST_CASE("the batch in the caller's hands is not touched") {
  BatchLoader loader{count_up(60), 4, 3, 4, fill_three, {.held = 1, .ahead = 1}};
  while (const auto batch = loader.next()) {
    const std::vector<float> copy(batch->samples.begin(), batch->samples.end());
    std::this_thread::sleep_for(1ms);
    CHECK(std::equal(copy.begin(), copy.end(), batch->samples.begin()));
  }
}

}  // namespace batch_loader_test
