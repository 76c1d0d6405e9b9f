// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace graft {

template <class... Types>
struct TypeList {
  static constexpr std::size_t size = sizeof...(Types);
};

namespace detail {

template <std::size_t Index, class Type>
struct Indexed {
  using type = Type;
};

template <class Indices, class... Types>
struct IndexedTypes;

template <std::size_t... Indices, class... Types>
struct IndexedTypes<std::index_sequence<Indices...>, Types...> : Indexed<Indices, Types>... {};

// Overload resolution finds the base of that index: constant depth, whatever the length of the list.
template <std::size_t Index, class Type>
Indexed<Index, Type> select(const Indexed<Index, Type>*);

template <class List>
struct IndexedOf;
template <class... Types>
struct IndexedOf<TypeList<Types...>> : IndexedTypes<std::index_sequence_for<Types...>, Types...> {};

template <class... A, class... B>
TypeList<A..., B...> operator+(TypeList<A...>, TypeList<B...>);

}  // namespace detail

/// The type at an index of a list.
template <std::size_t Index, class List>
using type_at =
    typename decltype(detail::select<Index>(static_cast<const detail::IndexedOf<List>*>(nullptr)))::type;

namespace detail {

template <class... Lists>
struct Join {
  using type = decltype((TypeList<>{} + ... + Lists{}));
};

template <std::size_t First, class List, class Indices>
struct Select;
template <std::size_t First, class List, std::size_t... Indices>
struct Select<First, List, std::index_sequence<Indices...>> {
  using type = TypeList<type_at<First + Indices, List>...>;
};

}  // namespace detail

/// The lists one after the other.
template <class... Lists>
using join = typename detail::Join<Lists...>::type;

/// The first Count types of a list.
template <std::size_t Count, class List>
using take = typename detail::Select<0, List, std::make_index_sequence<Count>>::type;

/// All but the first Count types of a list.
template <std::size_t Count, class List>
using drop = typename detail::Select<Count, List, std::make_index_sequence<List::size - Count>>::type;

}  // namespace graft
