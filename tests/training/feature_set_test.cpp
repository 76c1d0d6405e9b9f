// SPDX-License-Identifier: MIT
#include <graft/training/feature_set.hpp>

#include <algorithm>
#include <array>
#include <doctest/doctest.h>
#include <stdexcept>

namespace feature_set_test {

using namespace graft;

TEST_CASE("a FeatureSet grows by batches, in memory or on disk") {
  for (const std::size_t limit : {std::size_t{1} << 20, std::size_t{0}}) {
    FeatureSet set{5, 3, {"a", "b"}, {.memory_limit = limit}};
    CHECK(set.on_disk() == (limit == 0));
    CHECK(set.size() == 0);
    CHECK(set.feature_size() == 3);
    CHECK(set.left_out() == 5);

    const std::array<std::size_t, 2> origins{0, 2}, labels{1, 0};
    const std::span<float> first = set.append(origins, labels);
    REQUIRE(first.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) first[i] = static_cast<float>(i);
    const std::array<std::size_t, 1> origin{4}, label{1};
    const std::span<float> second = set.append(origin, label);
    REQUIRE(second.size() == 3);
    std::fill(second.begin(), second.end(), 9.0f);

    CHECK(set.size() == 3);
    CHECK(set.left_out() == 2);
    CHECK(set.label(0) == 1);
    CHECK(set.label(1) == 0);
    CHECK(set.label(2) == 1);
    CHECK(set.origin(1) == 2);
    CHECK(set.origin(2) == 4);
    CHECK(set.features(0)[2] == 2.0f);
    CHECK(set.features(1)[0] == 3.0f);
    CHECK(set.features(2)[1] == 9.0f);
    CHECK_THROWS_AS(set.label(3), std::out_of_range);
    CHECK_THROWS_AS(set.origin(3), std::out_of_range);

    const FeatureSet moved = std::move(set);
    CHECK(moved.size() == 3);
    CHECK(moved.features(1)[2] == 5.0f);
  }
}

TEST_CASE("a FeatureSet may be empty") {
  const FeatureSet set{0, 3, {"a", "b"}};
  CHECK(set.size() == 0);
  CHECK(set.left_out() == 0);
  CHECK(set.class_names().size() == 2);
}

}  // namespace feature_set_test
