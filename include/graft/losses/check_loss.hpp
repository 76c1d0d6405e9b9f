// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/diagnostic.hpp>
#include <graft/losses/loss.hpp>
#include <graft/model/logits.hpp>
#include <graft/model/network.hpp>

namespace graft {

namespace detail {

/// Refuses to compile unless the loss suits the activation that the network ends in.
template <class Loss, class Net>
void check_loss() {
  if constexpr (!std::is_same_v<typename Loss::last_activation, last_activation_of<Net>>)
    static_assert(never<Loss, Expected<typename Loss::last_activation>, Received<last_activation_of<Net>>>,
                  "graft: the loss does not suit the activation that the head ends in");
}

/// A network as a loss sees it: without its last activation.
template <LayeredNetwork Net>
using LogitsOf = Bound<Net::input_shape, typename WithoutLastActivation<typename Net::layers>::type>;
}  // namespace detail

}  // namespace graft
