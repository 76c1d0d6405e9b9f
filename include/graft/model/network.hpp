// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/batch_normalization.hpp>
#include <graft/layers/input.hpp>
#include <graft/model/cut.hpp>
#include <graft/model/layer_names.hpp>
#include <graft/model/network_checks.hpp>

namespace graft {

namespace detail {

/// A composition of layers on an input shape: all that the machinery needs to know of a network.
template <Shape InputShape, class Layers>
struct Bound {
  static constexpr Shape input_shape = InputShape;
  using layers = Layers;
};

template <fixed_string Name, class Net>
struct UntilOf;

}  // namespace detail

/// A network on an input: an architecture (a type whose `layers` is a composition), the preprocessing that
/// its images get, and the layer behind which it is cut ("" for the whole). Everything here is known at
/// compile time; weights are elsewhere.
template <InputDescription InputType, class Architecture, class Preprocessing, fixed_string CutAfter = "">
struct Network {
  using input = InputType;
  using architecture = Architecture;
  using preprocessing = Preprocessing;
  using layers = typename detail::Cut<CutAfter, typename Architecture::layers>::type;

  static_assert(detail::check_layers<layers>());
  static_assert(detail::check_minimum<InputType, Architecture>());
  static_assert(detail::check_preprocessing<Preprocessing>(typename Architecture::preprocessings{}));

  static constexpr Shape input_shape = InputType::shape;
  static constexpr Shape output_shape = graph_of<Network>.output_shape();
  static constexpr std::size_t parameter_count = graph_of<Network>.parameter_count;
  static constexpr std::size_t trainable_parameter_count = graph_of<Network>.trainable_count;
  static constexpr std::size_t macs = graph_of<Network>.macs;  ///< multiply-adds for one image

  /// The network cut behind the layer that Keras calls Name, also when that is inside a branch.
  template <fixed_string Name>
  using Until = typename detail::UntilOf<Name, Network>::type;
};

namespace detail {

template <class I, class A, class P, fixed_string CutAfter>
inline constexpr bool refused<Network<I, A, P, CutAfter>> = !reaches_minimum<I, A>;

template <fixed_string Name, class I, class A, class P, fixed_string Old>
struct UntilOf<Name, Network<I, A, P, Old>> {
  static constexpr bool found = Cut<Name, typename Network<I, A, P, Old>::layers>::found;

  template <bool Found, class>
  struct Result {
    using type = Network<I, A, P, Name>;
  };
  template <class Unused>
  struct Result<false, Unused> {
    static_assert(
        never<Unused, Received<text_of<Name>>, Expected<text_of<layer_name_list<Network<I, A, P, Old>>>>>,
        "graft: Until<\"name\">: the network has no layer of that name");
    using type = Network<I, A, P, Old>;
  };
  using type = typename Result<found, void>::type;
};

}  // namespace detail

/// A network whose parameters never change in training: it exists for prediction only, with batch
/// normalisation on its stored statistics and folded into the layer before it. No gradient, no backward code
/// and no optimizer state is ever instantiated for it.
/// With a name, the layers up to and including that one are frozen, and those behind it are trained with the
/// head, their batch normalisations by `Statistics`: Model::FreezeThrough<"name"> makes this type.
template <class Net, fixed_string Through = "", class Statistics = FrozenStatistics>
struct Frozen {
  using network = Net;
};

}  // namespace graft
