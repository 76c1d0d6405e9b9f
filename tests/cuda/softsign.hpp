// SPDX-License-Identifier: MIT
// An activation of a user's own, for a program and for nvcc.
#pragma once

#include <graft/core/host_device.hpp>

#include <cmath>
#include <string_view>

namespace mine {

/// x / (1 + |x|); its derivative, (1 - |y|)^2, is one of its output.
struct Softsign {
  static constexpr std::string_view keras_name = "softsign";
  static constexpr bool elementwise = true;
};

GRAFT_HOST_DEVICE inline float activate(Softsign, float x) { return x / (1.0f + std::fabs(x)); }
GRAFT_HOST_DEVICE inline float derivative(Softsign, float y) {
  return (1.0f - std::fabs(y)) * (1.0f - std::fabs(y));
}

}  // namespace mine
