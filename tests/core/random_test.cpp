// SPDX-License-Identifier: MIT
#include <graft/core/random.hpp>

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

namespace random_test {

using namespace graft;

namespace {

// Random123 counts in four words and has two key words; graft's fields are those words.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                              std::array<std::uint32_t, 2> key) {
  return Philox{key[0] | std::uint64_t{key[1]} << 32, counter[3], counter[2]}.block(
      counter[0] | std::uint64_t{counter[1]} << 32);
}

// Known answers of philox4x32 with 10 rounds, published with Random123 (tests/kat_vectors).
static_assert(philox({0, 0, 0, 0}, {0, 0}) ==
              std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
              std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

}  // namespace

TEST_CASE("single draws are the words of the blocks, in order") {
  const Philox random{42, 2, 7};
  for (std::uint64_t i = 0; i < 40; ++i) CHECK(random.bits(i) == random.block(i / 4)[i % 4]);
}

TEST_CASE("several blocks at once are the blocks") {
  constexpr Philox random{0x123456789abcdefULL, 2, 7};
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{0xfffffffa}}) {
    std::array<std::uint32_t, 64> draws;
    random.blocks<16>(first, draws.data());
    for (std::size_t i = 0; i < draws.size(); ++i) CHECK(draws[i] == random.block(first + i / 4)[i % 4]);
  }
}

TEST_CASE("seed, stream and subject each select another sequence") {
  const Philox base{1, 2, 3};
  CHECK(base.block(0) == Philox{1, 2, 3}.block(0));
  CHECK(base.block(0) != Philox{2, 2, 3}.block(0));
  CHECK(base.block(0) != Philox{std::uint64_t{1} << 32 | 1, 2, 3}.block(0));
  CHECK(base.block(0) != Philox{1, 3, 3}.block(0));
  CHECK(base.block(0) != Philox{1, 2, 4}.block(0));
  CHECK(base.block(0) != base.block(std::uint64_t{1} << 32));
}

TEST_CASE("uniform numbers lie in [0, 1) and are spread evenly") {
  static_assert(Philox::to_uniform(0) == 0.0f);
  static_assert(Philox::to_uniform(0xffffffff) < 1.0f);
  static_assert(Philox::to_uniform(0x80000000) == 0.5f);
  const Philox random{42, 1, 0};
  constexpr int draws = 40000;
  std::array<int, 10> bins{};
  double sum = 0.0;
  for (std::uint64_t i = 0; i < draws; ++i) {
    const float u = random.uniform(i);
    REQUIRE(u >= 0.0f);
    REQUIRE(u < 1.0f);
    ++bins[static_cast<std::size_t>(u * 10.0f)];
    sum += double{u};
  }
  CHECK(sum / draws == doctest::Approx(0.5).epsilon(0.015));  // sd of the mean 0.0014
  for (const int bin : bins) {                                // 4000 each, sd 60
    CHECK(bin > 3700);
    CHECK(bin < 4300);
  }
}

TEST_CASE("shuffled_order is a permutation") {
  for (const std::size_t count : {0u, 1u, 2u, 3u, 7u, 1000u}) {
    const auto order = shuffled_order(count, {42}, 0);
    const std::set<std::size_t> all(order.begin(), order.end());
    CHECK(order.size() == count);
    CHECK(all.size() == count);
    if (count > 0) CHECK(*all.rbegin() == count - 1);
  }
}

TEST_CASE("shuffled_order follows from seed and epoch alone") {
  const auto order = shuffled_order(100, {42}, 3);
  CHECK(order == shuffled_order(100, {42}, 3));
  CHECK(order != shuffled_order(100, {42}, 4));
  CHECK(order != shuffled_order(100, {43}, 3));
}

TEST_CASE("shuffled_order gives every place to every sample equally often") {
  std::array<std::array<int, 4>, 4> found{};
  constexpr std::uint32_t epochs = 4000;
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    const auto order = shuffled_order(4, {7}, epoch);
    for (std::size_t place = 0; place < 4; ++place) ++found[place][order[place]];
  }
  for (const auto& place : found)
    for (const int count : place) {  // 1000 each, sd 27
      CHECK(count > 865);
      CHECK(count < 1135);
    }
}

}  // namespace random_test
