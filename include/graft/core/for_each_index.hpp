// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <utility>

namespace graft::detail {

/// Calls f.template operator()<I>() for I = 0 … Count - 1 in that order. An initializer list, not a fold
/// expression: clang nests a fold, and stops at 256 levels.
template <std::size_t Count, class Function>
constexpr void for_each_index(Function&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    const int done[] = {0, (f.template operator()<I>(), 0)...};
    static_cast<void>(done);
  }
  (std::make_index_sequence<Count>{});
}

}  // namespace graft::detail
