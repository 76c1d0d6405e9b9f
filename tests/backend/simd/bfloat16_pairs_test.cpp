// SPDX-License-Identifier: MIT
#include <graft/backend/simd/bfloat16_pairs.hpp>

#include "support/values.hpp"
#include <doctest/doctest.h>

namespace bfloat16_pairs_test {

using graft::detail::to_bfloat16;
using namespace graft::detail::simd;
using namespace graft::test;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }

// The values of pairs, as floats.
std::vector<float> values_of(std::span<const float> pairs) {
  std::vector<float> values;
  for (const float pair : pairs) {
    const auto bits = std::bit_cast<std::uint32_t>(pair);
    values.push_back(from_bits(bits << 16));
    values.push_back(from_bits(bits & 0xffff0000u));
  }
  return values;
}

template <std::size_t Count>
void check_pairs() {
  const auto x = random_values(Count, 1);
  auto pairs = poison(pair_count(Count) + 1);
  make_pairs<Count>(x.data(), pairs.data());
  CHECK(std::isnan(pairs.back()));
  pairs.pop_back();
  const auto values = values_of(pairs);
  for (std::size_t i = 0; i < values.size(); ++i)
    CHECK(values[i] == (i < Count ? from_bits(std::uint32_t{to_bfloat16(x[i])} << 16) : 0.0f));
}

}  // namespace

TEST_CASE("a NaN stays a NaN, even one whose upper half is infinity's") {
  for (const std::uint32_t bits : {0x7f800001u, 0xff800001u, 0x7fffffffu, 0x7fc00000u}) {
    const float nan = from_bits(bits);
    CHECK(std::isnan(from_bits(std::uint32_t{to_bfloat16(nan)} << 16)));
    float pairs[lanes / 2];
    store_bfloat16(pairs, nan - Vector{});
    for (const float value : values_of(pairs)) CHECK(std::isnan(value));
  }
}

TEST_CASE("registers round as single values do") {
  std::vector<float> x = random_values(lanes * 64, 2);
  const float special[]{from_bits(0x3f808000), from_bits(0x3f818000), infinity, -0.0f};
  std::copy(std::begin(special), std::end(special), x.begin());
  for (std::size_t i = 0; i < x.size(); i += lanes) {
    Vector v;
    load(v, x.data() + i);
    float pairs[lanes / 2];
    store_bfloat16(pairs, v);
    const auto values = values_of(pairs);
    for (std::size_t l = 0; l < lanes; ++l)
      CHECK(std::bit_cast<std::uint32_t>(values[l]) == std::uint32_t{to_bfloat16(x[i + l])} << 16);
  }
}

TEST_CASE("any number of values makes pairs") {
  check_pairs<1>();
  check_pairs<2>();
  check_pairs<3>();
  check_pairs<7>();
  check_pairs<15>();
  check_pairs<16>();
  check_pairs<17>();
  check_pairs<18>();
  check_pairs<48>();
  check_pairs<75>();
  check_pairs<80>();
}

TEST_CASE("both halves are multiplied, each with its own") {
  Pairs w, x;
  for (std::size_t l = 0; l < lanes; ++l) {
    w[l] = std::bit_cast<std::uint32_t>(make_pair(static_cast<float>(l), -3.0f));
    x[l] = std::bit_cast<std::uint32_t>(make_pair(5.0f, static_cast<float>(2 * l)));
  }
  Vector sum = 0.5f - Vector{};
  add_products(sum, w, x);
  for (std::size_t l = 0; l < lanes; ++l) CHECK(float{sum[l]} == 0.5f - static_cast<float>(l));
}

}  // namespace bfloat16_pairs_test
