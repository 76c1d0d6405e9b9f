// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <xtensor/xadapt.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>

namespace graft {

/// Tensors that the user sees: float32 on the host, row-major, the batch first where there is one.
template <std::size_t Rank>
using Tensor = xt::xtensor<float, Rank>;

/// A decoded picture: 8-bit RGB. // (height, width, 3)
using Pixels = xt::xtensor<std::uint8_t, 3>;

}  // namespace graft
