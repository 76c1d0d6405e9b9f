// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

namespace graft::detail {

/// A buffer of an arena: floats, and the first and the last step that needs it.
struct BufferLife {
  std::size_t first = 0, last = 0, size = 0;
};

/// Places buffers in one arena, in the order of their first steps: each in the first gap among those that
/// live at the same time, or, if it is to stay, behind all others.
template <std::size_t Capacity>
struct FirstFit {
  static constexpr std::size_t align = 16;  // floats: a line of the cache
  std::array<std::size_t, Capacity> begin{}, end{}, last{};
  std::size_t alive_count = 0;  // few at a time, which keeps a compiler's count of steps low
  std::size_t arena_size = 0;

  /// Floats before the buffer.
  constexpr std::size_t place(BufferLife buffer, bool stays) {
    const std::size_t size = (buffer.size + align - 1) / align * align;
    std::size_t kept = 0;
    for (std::size_t o = 0; o < alive_count; ++o)
      if (last[o] >= buffer.first) {
        begin[kept] = begin[o];
        end[kept] = end[o];
        last[kept++] = last[o];
      }
    alive_count = kept;
    std::size_t at = stays ? arena_size : 0;
    for (bool moved = !stays; moved;) {
      moved = false;
      for (std::size_t o = 0; o < alive_count; ++o)
        if (at < end[o] && begin[o] < at + size) {
          at = end[o];
          moved = true;
        }
    }
    begin[alive_count] = at;
    end[alive_count] = at + size;
    last[alive_count++] = buffer.last;
    if (arena_size < at + size) arena_size = at + size;
    return at;
  }
};

}  // namespace graft::detail
