// SPDX-License-Identifier: MIT
#include <graft/backend/spec.hpp>

#include <doctest/doctest.h>
#include <type_traits>

namespace spec_test {

using namespace graft;

namespace {
template <Conv2dSpec>
struct Instantiation {};
constexpr Conv2dSpec spec{contiguous({7, 9, 3}), contiguous({4, 5, 8}), {3, 3, 2, 2, 1, 1}};
}  // namespace

static_assert(
    std::is_same_v<
        Instantiation<spec>,
        Instantiation<Conv2dSpec{contiguous({7, 9, 3}), contiguous({4, 5, 8}), {3, 3, 2, 2, 1, 1}}>>,
    "equal specifications share one instantiation");

TEST_CASE("a contiguous map") {
  constexpr ImageLayout map = contiguous({7, 9, 3});
  CHECK(map == ImageLayout{7, 9, 3, 3});
  CHECK(map.contiguous());
  CHECK(map.pixels() == 63);
  CHECK(map.size() == 189);
  CHECK(map.image_stride() == 189);
}

TEST_CASE("a slice of a map has gaps between its pixels") {
  constexpr ImageLayout slice{7, 9, 3, 8};
  CHECK_FALSE(slice.contiguous());
  CHECK(slice.size() == 189);
  CHECK(slice.image_stride() == 504);
}

TEST_CASE("a vector is an image of one pixel") {
  CHECK(contiguous({11}) == ImageLayout{1, 1, 11, 11});
  CHECK(contiguous({}) == ImageLayout{1, 1, 1, 1});
}

TEST_CASE("patch_size counts the rows of a kernel") { CHECK(spec.patch_size() == 27); }

}  // namespace spec_test
