// SPDX-License-Identifier: MIT
#pragma once

#include <graft/model/network.hpp>

namespace graft {

namespace detail {

/// An architecture that knows the layers with which Keras classifies what it computes: `top<classes>`.
template <class Architecture>
concept HasTop = requires {
  typename Architecture::template top<1000>;
};

/// An architecture with its top.
template <HasTop Architecture, std::size_t Classes>
struct TopOn {
  static constexpr std::size_t minimum_size = Architecture::minimum_size;
  using preprocessings = typename Architecture::preprocessings;
  using layers = Sequential<typename Architecture::layers, typename Architecture::template top<Classes>>;
};

/// Refuses a network that no top fits. A function, so that this error is the only one (network_checks.hpp).
template <class Net>
constexpr bool check_top() {
  static_assert(
      never<Expected<text_of<"a whole backbone, not cut, of those that have a top">>, Received<Net>>,
      "graft: WithTop<Network>: no top fits this network");
  return true;
}

template <class Net, std::size_t Classes>
struct WithTopOf {
  static_assert(check_top<Net>());
  using type = Net;
};

template <class InputType, HasTop Architecture, class Preprocessing, std::size_t Classes>
struct WithTopOf<Network<InputType, Architecture, Preprocessing>, Classes> {
  using type = Network<InputType, TopOn<Architecture, Classes>, Preprocessing>;
};

}  // namespace detail

/// A backbone with its top, as keras.applications builds it with include_top=True: an image in, probabilities
/// of the classes out, 1000 of them in the weights that Keras has. Extractor<WithTop<InceptionV3<Image<299,
/// 299>>>, Simd> loads the file that Keras ships for this network and predicts; WithTop<...>::Until<"fc1">
/// cuts it, also behind layers of the top.
template <class Net, std::size_t Classes = 1000>
using WithTop = typename detail::WithTopOf<Net, Classes>::type;

}  // namespace graft
