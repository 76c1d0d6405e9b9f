// SPDX-License-Identifier: MIT
#include <graft/backend/simd/winograd_plan.hpp>

#include <doctest/doctest.h>

namespace winograd_plan_test {

using namespace graft;
using namespace graft::detail::simd;

TEST_CASE("a plan covers all tiles and channels, in pieces that registers and scratch memory hold") {
  for (const std::size_t extent : {1u, 7u, 16u, 33u, 72u, 224u})
    for (const std::size_t in : {16u, 80u, 512u})
      for (const std::size_t out : {1u, 48u, 160u, 512u}) {
        CAPTURE(extent);
        CAPTURE(in);
        CAPTURE(out);
        const WinogradPlan plan = plan_winograd(in, {extent, extent, out, out}, 4, 4, 36);
        const auto total = [](const Division& d) { return d.count * d.size + d.larger; };
        CHECK(plan.columns == divide_up(extent, 4));
        CHECK(total(plan.groups) == plan.columns * plan.columns);
        CHECK(total(plan.blocks) == vectors_of(out));
        CHECK(plan.pixels >= 1);
        CHECK(plan.pixels <= plan.groups.size);
        CHECK((plan.pixels + 1) * plan.blocks.length(0) + 1 <= registers);
        CHECK(plan.input_size == 36 * plan.groups.length(0) * in);
        CHECK(plan.product_size == 36 * plan.groups.length(0) * plan.blocks.length(0) * lanes);
        CHECK((plan.groups.length(0) == 1 || plan.input_size + plan.product_size <= winograd_scratch));
      }
}

}  // namespace winograd_plan_test
