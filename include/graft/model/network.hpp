// SPDX-License-Identifier: MIT
#pragma once

#include <graft/layers/input.hpp>
#include <graft/model/cut.hpp>
#include <graft/model/layer_names.hpp>

namespace graft {

namespace detail {

// Compile errors. Each is a type that is instantiated only when there is something to say, so that its name,
// which every compiler prints, can say it.
template <class Layer, class ExpectedInput, class ReceivedInput>
struct LayerDoesNotAcceptItsInput {
  static_assert(sizeof(Layer) == 0, "graft: a layer does not accept the shape that comes into it");
};
template <class Name, class Names>
struct NoLayerOfThatName {
  static_assert(sizeof(Name*) == 0, "graft: Until<\"name\">: the network has no layer of that name");
};
template <class Minimum, class Input>
struct ImageTooSmall {
  static_assert(sizeof(Input) == 0, "graft: the image is smaller than the backbone's minimum");
};
template <std::size_t Height, std::size_t Width>
struct AtLeast;
template <std::size_t... Extents>
struct ShapeOf;

template <class L>
inline constexpr auto expects_text = [] {
  constexpr std::string_view words = L::expects;
  fixed_string<words.size() + 1> text;
  std::copy(words.begin(), words.end(), text.text);
  return text;
}();

template <const Shape& S, std::size_t... I>
ShapeOf<S[I]...> spell_shape(std::index_sequence<I...>);

template <LayeredNetwork Net, std::size_t Bad = graph_of<Net>.rejected>
struct CheckShapes
    : LayerDoesNotAcceptItsInput<type_at<Bad, node_types<Net>>,
                                 Expected<text_of<expects_text<type_at<Bad, node_types<Net>>>>>,
                                 Received<decltype(spell_shape<graph_of<Net>.nodes[Bad].input>(
                                     std::make_index_sequence<graph_of<Net>.nodes[Bad].input.rank>{}))>> {};
template <LayeredNetwork Net>
struct CheckShapes<Net, 0> {};

template <class Input, class Architecture>
struct CheckMinimum {};
template <class Input, class Architecture>
requires(Input::shape[0] < Architecture::minimum_size ||
         Input::shape[1] < Architecture::minimum_size) struct CheckMinimum<Input, Architecture>
    : ImageTooSmall<Expected<AtLeast<Architecture::minimum_size, Architecture::minimum_size>>,
                    Received<Input>> {
};

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
struct Network : detail::CheckMinimum<InputType, Architecture> {
  using input = InputType;
  using architecture = Architecture;
  using preprocessing = Preprocessing;
  using layers = typename detail::Cut<CutAfter, typename Architecture::layers>::type;

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

template <fixed_string Name, class I, class A, class P, fixed_string Old>
struct UntilOf<Name, Network<I, A, P, Old>> {
  static constexpr bool found = Cut<Name, typename Network<I, A, P, Old>::layers>::found;

  template <bool Found, class>
  struct Result {
    using type = Network<I, A, P, Name>;
  };
  template <class Unused>
  struct Result<false, Unused>
      : NoLayerOfThatName<Received<text_of<Name>>,
                          Expected<text_of<layer_name_list<Network<I, A, P, Old>>>>> {
    using type = Network<I, A, P, Old>;
  };
  using type = typename Result<found, void>::type;
};

}  // namespace detail

/// A network whose parameters never change in training: it exists for prediction only, with batch
/// normalisation on its stored statistics and folded into the layer before it. No gradient, no backward code
/// and no optimizer state is ever instantiated for it.
template <class Net>
struct Frozen {
  using network = Net;
};

}  // namespace graft
