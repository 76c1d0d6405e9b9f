// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/type_list.hpp>
#include <graft/layers/composition.hpp>

namespace graft::detail {

/// Cut<Name, L>: what is left of a description after cutting it behind the layer of that name. A cut inside a
/// branch leaves the path to it: the layers before the Concatenate, Add or Multiply, then that branch up to
/// the name.
template <fixed_string Name, class L>
struct Cut {
  static constexpr bool found = false;
  using type = L;
};

template <fixed_string Name, fixed_string Own, class L>
struct Cut<Name, Named<Own, L>> {
  static constexpr bool here = Own == Name;
  static constexpr bool found = here || Cut<Name, L>::found;
  using type = std::conditional_t<here, Named<Own, L>, typename Cut<Name, L>::type>;
};

// Index of the first true, or the number of values.
template <bool... Values>
inline constexpr std::size_t first_true = [] {
  std::size_t index = 0;
  static_cast<void>(((Values ? true : (++index, false)) || ...));
  return index;
}();

template <class List, class Last>
struct SequenceOf;
template <class... Layers, class Last>
struct SequenceOf<TypeList<Layers...>, Last> {
  using type = Sequential<Layers..., Last>;
};

template <fixed_string Name, class... Layers>
struct Cut<Name, Sequential<Layers...>> {
  static constexpr std::size_t at = first_true<Cut<Name, Layers>::found...>;
  static constexpr bool found = at < sizeof...(Layers);

  template <bool Found, class All>
  struct Upto {
    using type = typename SequenceOf<take<at, All>, typename Cut<Name, type_at<at, All>>::type>::type;
  };
  template <class All>
  struct Upto<false, All> {
    using type = Sequential<Layers...>;
  };
  using type = typename Upto<found, TypeList<Layers...>>::type;
};

template <fixed_string Name, template <class...> class Merge, class... Branches>
requires Merging<Merge<Branches...>>
struct Cut<Name, Merge<Branches...>> {
  static constexpr std::size_t at = first_true<Cut<Name, Branches>::found...>;
  static constexpr bool found = at < sizeof...(Branches);

  template <bool Found, class All>
  struct Branch {
    using type = typename Cut<Name, type_at<at, All>>::type;
  };
  template <class All>
  struct Branch<false, All> {
    using type = Merge<Branches...>;
  };
  using type = typename Branch<found, TypeList<Branches...>>::type;
};

}  // namespace graft::detail
