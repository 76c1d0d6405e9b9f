// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/activation_rules.hpp>
#include <graft/backend/host_context.hpp>
#include <graft/backend/reference/training.hpp>
#include <graft/backend/spec.hpp>

namespace graft::detail {

/// The fully connected layer in plain loops.
struct ReferenceDense {
  /// y = act(x kernel + bias); bias may be null.
  /// x (batch, inputs), kernel (inputs, units), bias (units), y (batch, units)
  template <DenseSpec S, class Act>
  static void dense(HostContext&, std::size_t batch, const float* x, const float* kernel, const float* bias,
                    float* y) {
    for (std::size_t row = 0; row < batch; ++row) {
      float* out = y + row * S.units;
      for (std::size_t u = 0; u < S.units; ++u) out[u] = bias == nullptr ? 0.0f : bias[u];
      for (std::size_t i = 0; i < S.inputs; ++i)
        for (std::size_t u = 0; u < S.units; ++u) out[u] += x[row * S.inputs + i] * kernel[i * S.units + u];
      activate_row(Act{}, out, out, S.units);
    }
  }

  /// dkernel = x transposed * dy, dbias = column sums of dy (unless null); dy before the activation.
  template <DenseSpec S>
  static void dense_backward_kernel(HostContext&, std::size_t batch, const float* x, const float* dy,
                                    float* dkernel, float* dbias) {
    for (std::size_t i = 0; i < S.inputs; ++i)
      for (std::size_t u = 0; u < S.units; ++u) {
        float sum = 0.0f;
        for (std::size_t row = 0; row < batch; ++row) sum += x[row * S.inputs + i] * dy[row * S.units + u];
        dkernel[i * S.units + u] = sum;
      }
    if (dbias != nullptr)
      for (std::size_t u = 0; u < S.units; ++u) {
        float sum = 0.0f;
        for (std::size_t row = 0; row < batch; ++row) sum += dy[row * S.units + u];
        dbias[u] = sum;
      }
  }

  /// The gradients of dense_backward_kernel, given to an optimizer's rule one by one instead of being stored:
  /// kernel, bias (unless null) and their slots move; then the layer computes the batch to come, if any.
  template <DenseSpec S, class Act, class Rule>
  static void dense_update(HostContext& context, const Rule& rule, std::size_t batch, const float* x,
                           const float* dy, float* kernel, OptimizerSlots kernel_slots, float* bias,
                           OptimizerSlots bias_slots, DenseAhead ahead) {
    for (std::size_t i = 0; i < S.inputs; ++i)
      for (std::size_t u = 0; u < S.units; ++u) {
        float sum = 0.0f;
        for (std::size_t row = 0; row < batch; ++row) sum += x[row * S.inputs + i] * dy[row * S.units + u];
        const std::size_t at = i * S.units + u;
        ReferenceTraining::update(context, rule, 1, kernel + at, &sum, advance(kernel_slots, at));
      }
    if (bias != nullptr)
      for (std::size_t u = 0; u < S.units; ++u) {
        float sum = 0.0f;
        for (std::size_t row = 0; row < batch; ++row) sum += dy[row * S.units + u];
        ReferenceTraining::update(context, rule, 1, bias + u, &sum, advance(bias_slots, u));
      }
    if (ahead.y != nullptr) dense<S, Act>(context, ahead.batch, ahead.x, kernel, bias, ahead.y);
  }

  /// dx += dy * kernel transposed.
  template <DenseSpec S>
  static void dense_backward_input(HostContext&, std::size_t batch, const float* kernel, const float* dy,
                                   float* dx) {
    for (std::size_t row = 0; row < batch; ++row)
      for (std::size_t i = 0; i < S.inputs; ++i) {
        float sum = 0.0f;
        for (std::size_t u = 0; u < S.units; ++u) sum += dy[row * S.units + u] * kernel[i * S.units + u];
        dx[row * S.inputs + i] += sum;
      }
  }
};

}  // namespace graft::detail
