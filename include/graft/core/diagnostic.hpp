// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/fixed_string.hpp>

#include <cstddef>
#include <utility>

namespace graft {

/// Texts in compile errors. A static_assert takes literals only, so a text that depends on the program is put
/// into the name of a type, which the compiler prints: g++ shows a string argument as a string, clang 14 as
/// numbers, so there it becomes a row of characters.
#if defined(__clang__)
template <char... Characters>
struct Text;

namespace detail {
template <fixed_string String, std::size_t... I>
Text<String.text[I]...> spell(std::index_sequence<I...>);
}  // namespace detail

template <fixed_string String>
using text_of = decltype(detail::spell<String>(std::make_index_sequence<String.size()>{}));
#else
template <fixed_string String>
struct Text;

template <fixed_string String>
using text_of = Text<String>;
#endif

/// Wrappers that label the two halves of a compile error.
template <class...>
struct Expected;
template <class...>
struct Received;

/// False, but only once `What` is known: static_assert(never<Expected<...>, Received<...>>, "graft: ...") in
/// a class template is an error when that is instantiated, and clang++ prints the arguments beside the text.
template <class... What>
inline constexpr bool never = false;

}  // namespace graft
