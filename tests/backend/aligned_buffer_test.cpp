// SPDX-License-Identifier: MIT
#include <graft/backend/aligned_buffer.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <type_traits>

using namespace graft;

static_assert(!std::is_copy_constructible_v<AlignedBuffer> && !std::is_copy_assignable_v<AlignedBuffer>);
static_assert(std::is_nothrow_move_constructible_v<AlignedBuffer> &&
              std::is_nothrow_move_assignable_v<AlignedBuffer>);

TEST_CASE("a buffer is zero at first and aligned to 64 bytes") {
  for (const std::size_t size : {1u, 3u, 16u, 1000u}) {
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
  AlignedBuffer a{4};
  a.data()[3] = 7.0f;
  const float* const memory = a.data();
  AlignedBuffer b{std::move(a)};
  CHECK(b.data() == memory);
  CHECK(b.size() == 4);
  CHECK(a.data() == nullptr);
  CHECK(a.size() == 0);
  AlignedBuffer c{2};
  c = std::move(b);
  CHECK(c.data()[3] == 7.0f);
  CHECK(c.size() == 4);
  CHECK(b.size() == 0);
}
