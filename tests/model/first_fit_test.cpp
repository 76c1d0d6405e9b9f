// SPDX-License-Identifier: MIT
#include <graft/model/first_fit.hpp>

#include <doctest/doctest.h>

namespace first_fit_test {

using graft::detail::FirstFit;

TEST_CASE("buffers that live at the same time lie apart, others share a place, in whole lines") {
  FirstFit<8> arena;
  CHECK(arena.place({0, 1, 20}, false) == 0);  // takes 32
  CHECK(arena.place({1, 3, 16}, false) == 32);
  CHECK(arena.place({2, 2, 40}, false) == 48);  // the gap of 32 before the second is too small
  CHECK(arena.place({3, 4, 32}, false) == 0);   // the first has gone
  CHECK(arena.arena_size == 96);
  CHECK(arena.place({9, 9, 1}, false) == 0);
}

TEST_CASE("what stays lies behind everything else") {
  FirstFit<4> arena;
  CHECK(arena.place({0, 0, 16}, true) == 0);
  CHECK(arena.place({5, 5, 17}, true) == 16);
  CHECK(arena.place({9, 9, 1}, true) == 48);
  CHECK(arena.arena_size == 64);
}

}  // namespace first_fit_test
