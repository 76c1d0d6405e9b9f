// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/backend.hpp>

#include <span>

namespace graft::test {

/// Values where the backend computes.
template <Backend B>
typename B::Buffer uploaded(typename B::Context& context, std::span<const float> values) {
  typename B::Buffer buffer{values.size()};
  B::upload(context, values, buffer.data());
  return buffer;
}

}  // namespace graft::test
