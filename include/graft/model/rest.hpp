// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/type_list.hpp>
#include <graft/layers/batch_normalization.hpp>
#include <graft/model/cut.hpp>
#include <graft/model/graph.hpp>

namespace graft::detail {

/// Rest<Name, L>: the other half of Cut<Name, L>, what of a description comes behind the layer of that name.
/// It `divides` a description if all that comes behind it reads its value alone: a layer inside a branch does
/// not.
template <fixed_string Name, class L>
struct Rest {
  static constexpr bool divides = false;
  using type = L;
};

template <fixed_string Name, fixed_string Own, class L>
struct Rest<Name, Named<Own, L>> {
  static constexpr bool divides = Own == Name;
  using type = Sequential<>;
};

template <fixed_string Name, class... Layers>
struct Rest<Name, Sequential<Layers...>> {
  static constexpr std::size_t at = first_true<Rest<Name, Layers>::divides...>;
  static constexpr bool divides = at < sizeof...(Layers);

  template <class First, class List>
  struct Behind;
  template <class First, class... Others>
  struct Behind<First, TypeList<Others...>> {
    using type = Sequential<First, Others...>;
  };
  template <bool Found, class All>
  struct From {
    using type = typename Behind<typename Rest<Name, type_at<at, All>>::type, drop<at + 1, All>>::type;
  };
  template <class All>
  struct From<false, All> {
    using type = Sequential<Layers...>;
  };
  using type = typename From<divides, TypeList<Layers...>>::type;
};

/// A part of network `Net` that begins with its node `First`, on its own: every layer under the name that it
/// has in the whole, and normalisations by the statistics that `Statistics` says.
template <class Net, std::size_t First, class Statistics, class L>
struct Detached {
  using type = L;
};

template <class Net, std::size_t N>
inline constexpr auto written_name = [] {
  constexpr const Node& node = graph_of<Net>.nodes[N];
  fixed_string<node.label.size() + 1> label;
  std::copy(node.label.begin(), node.label.end(), label.text);
  return label + fixed_string{"_"} + numbered<"", node.ordinal>;
}();

/// A layer that Net gives an automatic name at node N, under that name.
template <class Net, std::size_t N, class L>
struct WrittenOut {
  using type = Named<written_name<Net, N>, L>;
};
template <class Net, std::size_t N, class L>
requires(graph_of<Net>.nodes[N].ordinal == Node::no_ordinal) struct WrittenOut<Net, N, L> {
  using type = L;
};

template <class Statistics, class L>
struct WithStatistics {
  using type = L;
};
template <class Statistics, class... Options>
requires(!std::is_same_v<Statistics, BatchStatistics>) struct WithStatistics<Statistics,
                                                                             BatchNormalization<Options...>> {
  using type = BatchNormalization<Options..., Statistics>;
};

template <class Net, std::size_t First, class Statistics, Layer L>
struct Detached<Net, First, Statistics, L> {
  using type = typename WrittenOut<Net, First, typename WithStatistics<Statistics, L>::type>::type;
};

template <class Net, std::size_t First, class Statistics, fixed_string Name, class L>
struct Detached<Net, First, Statistics, Named<Name, L>> {
  using type = Named<Name, typename Detached<Net, First, Statistics, L>::type>;
};

/// Where the nodes of each part of a composition begin, and where those of the whole end.
template <std::size_t First, class... Parts>
inline constexpr auto begins_of = [] {
  std::array<std::size_t, sizeof...(Parts) + 1> begins{First};
  std::size_t at = 0;
  ((begins[at + 1] = begins[at] + Expand<Parts>::types::size, ++at), ...);
  return begins;
}();

template <class Net, std::size_t First, class Statistics, template <class...> class Composition,
          class... Parts>
struct DetachedParts {
  template <class Indices>
  struct All;
  template <std::size_t... I>
  struct All<std::index_sequence<I...>> {
    using type =
        Composition<typename Detached<Net, begins_of<First, Parts...>[I], Statistics, Parts>::type...>;
  };
  using type = typename All<std::index_sequence_for<Parts...>>::type;
};

template <class Net, std::size_t First, class Statistics, class... Layers>
struct Detached<Net, First, Statistics, Sequential<Layers...>>
    : DetachedParts<Net, First, Statistics, Sequential, Layers...> {};

template <class Net, std::size_t First, class Statistics, template <class...> class Merge, class... Branches>
requires Merging<Merge<Branches...>>
struct Detached<Net, First, Statistics, Merge<Branches...>> {
  using merged = typename DetachedParts<Net, First, Statistics, Merge, Branches...>::type;
  using type = typename WrittenOut<Net, begins_of<First, Branches...>.back(), merged>::type;
};

}  // namespace graft::detail
