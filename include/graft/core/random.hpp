// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/host_device.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace graft {

/// The one source of all randomness: the same seed gives the same bits, whatever the number of threads.
struct Seed {
  std::uint64_t value = 0;
};

/// What random numbers are drawn for. Part of the generator's key, so that the streams are independent.
enum class Stream : std::uint32_t { initializer = 1, dropout = 2, shuffle = 3 };

/// Philox 4x32-10, a counter-based generator: number `counter` of a stream is a pure function, so any thread,
/// and any device, can draw any number. Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"
/// (SC 2011).
struct Philox {
  std::uint64_t seed;
  std::uint32_t stream;   ///< a Stream
  std::uint32_t subject;  ///< which parameter, layer or epoch of that stream

  /// Four independent 32-bit numbers.
  GRAFT_HOST_DEVICE constexpr std::array<std::uint32_t, 4> block(std::uint64_t counter) const {
    std::uint32_t c0 = static_cast<std::uint32_t>(counter), c1 = static_cast<std::uint32_t>(counter >> 32);
    std::uint32_t c2 = subject, c3 = stream;
    std::uint32_t k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      turn(c0, c1, c2, c3, k0, k1);
      next_key(k0, k1);
    }
    return {c0, c1, c2, c3};
  }

  /// The blocks of Count counters from `first` on, one behind the other: as block, with loops over counters
  /// that compilers turn into vectors. // draws (Count, 4)
  template <std::size_t Count>
  constexpr void blocks(std::uint64_t first, std::uint32_t* draws) const {
    std::uint32_t c0[Count]{}, c1[Count]{}, c2[Count]{}, c3[Count]{};
    for (std::size_t i = 0; i < Count; ++i) {
      c0[i] = static_cast<std::uint32_t>(first + i);
      c1[i] = static_cast<std::uint32_t>((first + i) >> 32);
      c2[i] = subject;
      c3[i] = stream;
    }
    std::uint32_t k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      for (std::size_t i = 0; i < Count; ++i) turn(c0[i], c1[i], c2[i], c3[i], k0, k1);
      next_key(k0, k1);
    }
    for (std::size_t i = 0; i < Count; ++i) {
      draws[4 * i] = c0[i];
      draws[4 * i + 1] = c1[i];
      draws[4 * i + 2] = c2[i];
      draws[4 * i + 3] = c3[i];
    }
  }

  GRAFT_HOST_DEVICE constexpr std::uint32_t bits(std::uint64_t index) const {
    return block(index / 4)[index % 4];
  }

  /// Uniform in [0, 1): the upper 24 bits of a draw, so every value is exact in float32.
  GRAFT_HOST_DEVICE static constexpr float to_uniform(std::uint32_t bits) {
    return static_cast<float>(bits >> 8) * 0x1.0p-24f;
  }
  GRAFT_HOST_DEVICE constexpr float uniform(std::uint64_t index) const { return to_uniform(bits(index)); }

 private:
  GRAFT_HOST_DEVICE static constexpr void turn(std::uint32_t& c0, std::uint32_t& c1, std::uint32_t& c2,
                                               std::uint32_t& c3, std::uint32_t k0, std::uint32_t k1) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0, p1 = std::uint64_t{0xCD9E8D57u} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<std::uint32_t>(p1);
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<std::uint32_t>(p0);
  }
  GRAFT_HOST_DEVICE static constexpr void next_key(std::uint32_t& k0, std::uint32_t& k1) {
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
};

/// A random order of 0 … count-1 for one epoch (Fisher-Yates; the slight bias of the multiplication that maps
/// 32 bits to a range is below 1e-5 for a million samples).
inline std::vector<std::size_t> shuffled_order(std::size_t count, Seed seed, std::uint32_t epoch) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const Philox random{seed.value, static_cast<std::uint32_t>(Stream::shuffle), epoch};
  for (std::size_t i = count; i > 1; --i)
    std::swap(order[i - 1], order[(std::uint64_t{random.bits(i)} * i) >> 32]);
  return order;
}

}  // namespace graft
