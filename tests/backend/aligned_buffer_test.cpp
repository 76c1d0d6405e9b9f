// SPDX-License-Identifier: MIT
#include <graft/backend/aligned_buffer.hpp>

#include <algorithm>
#include <cstdint>
#include <doctest/doctest.h>
#include <type_traits>

namespace aligned_buffer_test {

using namespace graft;

static_assert(!std::is_copy_constructible_v<AlignedBuffer> && !std::is_copy_assignable_v<AlignedBuffer>);
static_assert(std::is_nothrow_move_constructible_v<AlignedBuffer> &&
              std::is_nothrow_move_assignable_v<AlignedBuffer>);

TEST_CASE("a buffer is zero at first and aligned to 64 bytes") {
  constexpr std::size_t large = detail::FloatMemory::huge_page / 2;  // in huge pages from here on
  static_assert(detail::FloatMemory::is_large(large) && !detail::FloatMemory::is_large(large - 1));
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{3}, std::size_t{1000}, large - 1, large, large + 1}) {
    const AlignedBuffer buffer{size};
    CHECK(buffer.size() == size);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
    CHECK(std::all_of(buffer.data(), buffer.data() + size, [](float value) { return value == 0.0f; }));
  }
}

TEST_CASE("an empty buffer has no memory") {
  CHECK(AlignedBuffer{}.data() == nullptr);
  CHECK(AlignedBuffer{0}.data() == nullptr);
  CHECK(AlignedBuffer{0}.size() == 0);
}

TEST_CASE("moving hands the memory on and leaves an empty buffer") {
  for (const std::size_t size : {std::size_t{4}, detail::FloatMemory::huge_page}) {
    AlignedBuffer a{size};
    a.data()[3] = 7.0f;
    const float* const memory = a.data();
    AlignedBuffer b{std::move(a)};
    CHECK(b.data() == memory);
    CHECK(b.size() == size);
    CHECK(a.data() == nullptr);
    CHECK(a.size() == 0);
    AlignedBuffer c{2};
    c = std::move(b);
    CHECK(c.data()[3] == 7.0f);
    CHECK(c.size() == size);
    CHECK(b.size() == 0);
  }
}

}  // namespace aligned_buffer_test
