// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/diagnostic.hpp>
#include <graft/layers/input.hpp>
#include <graft/model/cut.hpp>
#include <graft/model/graph.hpp>

namespace graft::detail {

// Compile errors of networks. A check is a function in a static_assert of the class that it protects. It
// returns true even after an error of its own, and what it refuses is passed over afterwards: so the first
// error is the only one. (A class in which a static_assert has failed is incomplete for clang++, and every
// use of it another error.)

/// Whether every part of a composition is a layer.
template <class L>
inline constexpr bool all_layers = Layer<L>;
template <class... Layers>
inline constexpr bool all_layers<Sequential<Layers...>> = (all_layers<Layers> && ...);
template <template <class...> class Merge, class... Branches>
requires Merging<Merge<Branches...>>
inline constexpr bool all_layers<Merge<Branches...>> = (all_layers<Branches> && ...);
template <fixed_string Name, class L>
inline constexpr bool all_layers<Named<Name, L>> = all_layers<L>;

/// The first part of a composition that is no layer.
template <class L>
struct NoLayerIn {
  using type = L;
};
template <class... Layers>
struct NoLayerIn<Sequential<Layers...>> {
  static constexpr std::size_t at = first_true<!all_layers<Layers>...>;
  using type = typename NoLayerIn<type_at<at, TypeList<Layers...>>>::type;
};
template <template <class...> class Merge, class... Branches>
requires Merging<Merge<Branches...>>
struct NoLayerIn<Merge<Branches...>> : NoLayerIn<Sequential<Branches...>> {
};
template <fixed_string Name, class L>
struct NoLayerIn<Named<Name, L>> : NoLayerIn<L> {};

/// A network consists of layers.
template <class Composition>
constexpr bool check_layers() {
  if constexpr (!all_layers<Composition>)
    static_assert(never<Expected<text_of<"a layer, Sequential, Concatenate, Add, Multiply or Named">>,
                        Received<typename NoLayerIn<Composition>::type>>,
                  "graft: a network contains something that is no layer");
  return true;
}

template <class L>
inline constexpr auto expects_text = [] {
  constexpr std::string_view words = L::expects;
  fixed_string<words.size() + 1> text;
  std::copy(words.begin(), words.end(), text.text);
  return text;
}();

template <std::size_t... Extents>
struct ShapeOf;
template <class Net, std::size_t N>
inline constexpr Shape input_of = graph_of<Net>.nodes[N].input;
template <class Net, std::size_t N, std::size_t... I>
ShapeOf<input_of<Net, N>[I]...> spell_input(std::index_sequence<I...>);

/// A network of which an error has been reported already.
template <class Net>
inline constexpr bool refused = false;

/// Every layer accepts what comes into it, and the arguments that it was written with.
template <LayeredNetwork Net>
constexpr bool check_shapes() {
  constexpr std::size_t bad = refused<Net> ? 0 : graph_of<Net>.rejected;
  if constexpr (bad != 0) {
    using layer = type_at<bad, node_types<Net>>;
    using input = decltype(spell_input<Net, bad>(std::make_index_sequence<input_of<Net, bad>.rank>{}));
    static_assert(never<layer, Expected<text_of<expects_text<layer>>>, Received<input>>,
                  "graft: a layer does not accept its input");
  }
  return true;
}

template <std::size_t Height, std::size_t Width>
struct ImageOfAtLeast;
template <class Input, class Architecture>
inline constexpr bool reaches_minimum =
    Input::shape[0] >= Architecture::minimum_size&& Input::shape[1] >= Architecture::minimum_size;

/// An image has at least the size that an architecture asks for.
template <class Input, class Architecture>
constexpr bool check_minimum() {
  if constexpr (!reaches_minimum<Input, Architecture>)
    static_assert(never<Expected<ImageOfAtLeast<Architecture::minimum_size, Architecture::minimum_size>>,
                        Received<Input>>,
                  "graft: the image is smaller than the backbone's minimum");
  return true;
}

template <class... Preprocessings>
struct OneOf;

/// A preprocessing is one of those that an architecture is used with.
template <class Preprocessing, class... Suitable>
constexpr bool check_preprocessing(TypeList<Suitable...>) {
  if constexpr (!(std::is_same_v<Preprocessing, Suitable> || ...))
    static_assert(never<Expected<OneOf<Suitable...>>, Received<Preprocessing>>,
                  "graft: the backbone was not trained on images that are preprocessed like this");
  return true;
}

}  // namespace graft::detail
