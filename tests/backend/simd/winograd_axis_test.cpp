// SPDX-License-Identifier: MIT
#include <graft/backend/simd/winograd_axis.hpp>

#include "support/values.hpp"
#include <doctest/doctest.h>

namespace winograd_axis_test {

using namespace graft::detail::simd;

namespace {

// Largest error of F(M, R) on numbers in [-1, 1), each lane another filter.
template <std::size_t M, std::size_t R>
double error() {
  using Axis = WinogradAxis<M, R>;
  double largest = 0.0;
  for (std::uint32_t round = 0; round < 20; ++round) {
    const auto d = graft::test::random_values(Axis::size * lanes, 2 * round);
    const auto g = graft::test::random_values(R * lanes, 2 * round + 1);
    Vector inputs[Axis::size], t[Axis::size], y[M];
    for (std::size_t i = 0; i < Axis::size; ++i) load(inputs[i], d.data() + i * lanes);
    Axis::input(inputs, t);
    for (std::size_t p = 0; p < Axis::size; ++p) {
      Vector u{};
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        double sum = 0.0;
        for (std::size_t k = 0; k < R; ++k) sum += Axis::kernel_row(p)[k] * double{g[k * lanes + lane]};
        u[lane] = static_cast<float>(sum);
      }
      t[p] *= u;
    }
    Axis::output(t, y);
    for (std::size_t o = 0; o < M; ++o)
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        double expected = 0.0;
        for (std::size_t k = 0; k < R; ++k)
          expected += double{d[(o + k) * lanes + lane]} * double{g[k * lanes + lane]};
        largest = std::max(largest, std::fabs(double{y[o][lane]} - expected));
      }
  }
  return largest;
}

}  // namespace

TEST_CASE("minimal filtering is filtering") {
  CHECK(error<1, 1>() < 1e-6);
  CHECK(error<1, 3>() < 1e-6);
  CHECK(error<2, 3>() < 1e-6);
  CHECK(error<3, 3>() < 2e-6);
  CHECK(error<4, 3>() < 2e-6);
  CHECK(error<6, 3>() < 5e-6);
  CHECK(error<2, 5>() < 3e-6);
  CHECK(error<4, 5>() < 5e-6);
  CHECK(error<4, 7>() < 2e-5);
}

TEST_CASE("as many products as inputs, and no fewer outputs than promised") {
  CHECK(WinogradAxis<4, 3>::size == 6);
  CHECK(WinogradAxis<4, 3>::infinity);
  CHECK(WinogradAxis<3, 3>::pairs == 2);
  CHECK_FALSE(WinogradAxis<3, 3>::infinity);
}

}  // namespace winograd_axis_test
