// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/diagnostic.hpp>
#include <graft/losses/loss.hpp>
#include <graft/model/logits.hpp>
#include <graft/model/network.hpp>

namespace graft {

namespace detail {
template <class Loss, class ExpectedActivation, class ReceivedActivation>
struct LossDoesNotSuitTheHead {
  static_assert(sizeof(Loss) == 0, "graft: the loss does not suit the activation that the head ends in");
};
template <class Loss, class Net,
          bool Suits = std::is_same_v<typename Loss::last_activation, last_activation_of<Net>>>
struct CheckLoss {};
template <class Loss, class Net>
struct CheckLoss<Loss, Net, false> : LossDoesNotSuitTheHead<Loss, Expected<typename Loss::last_activation>,
                                                            Received<last_activation_of<Net>>> {};

/// A network as a loss sees it: without its last activation.
template <LayeredNetwork Net>
using LogitsOf = Bound<Net::input_shape, typename WithoutLastActivation<typename Net::layers>::type>;
}  // namespace detail

}  // namespace graft
