// SPDX-License-Identifier: MIT
#include <graft/backend/simd/vector.hpp>

#include <array>
#include <doctest/doctest.h>

namespace vector_test {

using namespace graft::detail::simd;

TEST_CASE("a vector is loaded from and stored to any address") {
  std::array<float, 3 * lanes> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  for (std::size_t shift = 0; shift < lanes; ++shift) {
    Vector v;
    load(v, values.data() + shift);
    v += v;
    std::array<float, 2 * lanes> out{};
    store(out.data() + 1, v);
    for (std::size_t i = 0; i < lanes; ++i) CHECK(out[i + 1] == 2.0f * static_cast<float>(shift + i));
    CHECK(out[0] == 0.0f);
    CHECK(out[lanes + 1] == 0.0f);
  }
}

}  // namespace vector_test
