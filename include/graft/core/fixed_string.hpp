// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace graft {

/// A string that can be a template argument: Until<"mixed7">. Size counts the terminating zero.
template <std::size_t Size>
struct fixed_string {
  char text[Size]{};

  constexpr fixed_string() = default;
  constexpr fixed_string(const char (&literal)[Size]) { std::copy_n(literal, Size, text); }

  constexpr std::string_view view() const { return {text, Size - 1}; }
  constexpr operator std::string_view() const { return view(); }
  static constexpr std::size_t size() { return Size - 1; }

  template <std::size_t Other>
  constexpr bool operator==(const fixed_string<Other>& other) const {
    return view() == other.view();
  }
};

template <std::size_t A, std::size_t B>
constexpr auto operator+(const fixed_string<A>& a, const fixed_string<B>& b) {
  fixed_string<A + B - 1> joined;
  std::copy_n(a.text, A - 1, joined.text);
  std::copy_n(b.text, B, joined.text + A - 1);
  return joined;
}

namespace detail {
constexpr std::size_t digits(std::size_t n) { return n < 10 ? 1 : 1 + digits(n / 10); }
}  // namespace detail

/// numbered<"conv2d_", 17> is "conv2d_17".
template <fixed_string Prefix, std::size_t Number>
inline constexpr auto numbered = [] {
  fixed_string<detail::digits(Number) + 1> digits;
  for (std::size_t i = detail::digits(Number), n = Number; i-- > 0; n /= 10)
    digits.text[i] = static_cast<char>('0' + n % 10);
  return Prefix + digits;
}();

}  // namespace graft
