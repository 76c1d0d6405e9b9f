// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>
#include <vector>

namespace graft::detail {

/// The numbers 0 … count - 1 as before(a, b) orders them; equal ones keep their order. A heap, for with keys
/// that have no order (a NaN) std::sort may leave its range.
inline std::vector<std::size_t> sorted_order(std::size_t count,
                                             const std::function<bool(std::size_t, std::size_t)>& before) {
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  const auto stable = [&](std::size_t a, std::size_t b) { return before(a, b) || (a < b && !before(b, a)); };
  std::make_heap(order.begin(), order.end(), stable);
  std::sort_heap(order.begin(), order.end(), stable);
  return order;
}

/// Sorts by key(value), the smallest first; equal ones keep their order. Each key is made once, and numbers
/// are sorted in place of values: std::stable_sort is a lot of code to compile, once for every type.
template <class T, class Key>
void sort_by(std::vector<T>& values, Key key) {
  std::vector<std::decay_t<decltype(key(values.front()))>> keys;
  for (const T& value : values) keys.push_back(key(value));
  std::vector<T> sorted;
  sorted.reserve(values.size());
  for (const std::size_t i :
       sorted_order(values.size(), [&](std::size_t a, std::size_t b) { return keys[a] < keys[b]; }))
    sorted.push_back(std::move(values[i]));
  values = std::move(sorted);
}

}  // namespace graft::detail
