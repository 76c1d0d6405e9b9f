// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/convolution.hpp>
#include <graft/backend/device/training.hpp>

#include <algorithm>

namespace graft::detail {

/// The fully connected layer on a device as products; contracts as in ReferenceDense.
template <class D>
struct DeviceDense {
  template <DenseSpec S, class Act, class Context>
  static void dense(Context& context, std::size_t batch, const float* x, const float* kernel,
                    const float* bias, float* y) {
    gemm_activate<D, Act>(context,
                          {.m = batch,
                           .n = S.units,
                           .k = S.inputs,
                           .a = x,
                           .a_step = S.inputs,
                           .b = kernel,
                           .b_step = S.units,
                           .c = y,
                           .c_step = S.units,
                           .bias = bias},
                          contiguous({S.units}), batch);
  }

  template <DenseSpec S, class Context>
  static void dense_backward_kernel(Context& context, std::size_t batch, const float* x, const float* dy,
                                    float* dkernel, float* dbias) {
    differentiate(context, S, batch, 0, S.inputs, x, dy, dkernel);
    if (dbias != nullptr) sum_pixels<D>(context, contiguous({S.units}), batch, dy, dbias);
  }

  template <DenseSpec S, class Act, class Rule, class Context>
  static void dense_update(Context& context, const Rule& rule, std::size_t batch, const float* x,
                           const float* dy, float* kernel, OptimizerSlots kernel_slots, float* bias,
                           OptimizerSlots bias_slots, DenseAhead ahead) {
    constexpr std::size_t rows = std::clamp(D::most_gradients / S.units, std::size_t{1}, S.inputs);
    float* gradients = D::template scratch<float>(context, rows * S.units);
    for (std::size_t first = 0; first < S.inputs; first += rows) {
      const std::size_t count = std::min(rows, S.inputs - first), at = first * S.units;
      differentiate(context, S, batch, first, count, x, dy, gradients);
      DeviceTraining<D>::update(context, rule, count * S.units, kernel + at, gradients,
                                advance(kernel_slots, at));
    }
    if (bias != nullptr) {
      // The sums lie behind what they are made from.
      double* partial = D::template scratch<double>(context, partial_size(S.units) + S.units);
      float* dbias = reinterpret_cast<float*>(partial + partial_size(S.units));
      sum_rows<D>(context, batch, S.units, partial, device::PixelTerm{dy, device::index(S.units)},
                  device::Store<float>{dbias});
      DeviceTraining<D>::update(context, rule, S.units, bias, dbias, bias_slots);
    }
    if (ahead.y != nullptr) dense<S, Act>(context, ahead.batch, ahead.x, kernel, bias, ahead.y);
  }

  template <DenseSpec S, class Context>
  static void dense_backward_input(Context& context, std::size_t batch, const float* kernel, const float* dy,
                                   float* dx) {
    D::gemm(context, {.m = batch,
                      .n = S.inputs,
                      .k = S.units,
                      .a = dy,
                      .a_step = S.units,
                      .b = kernel,
                      .b_step = S.units,
                      .c = dx,
                      .c_step = S.inputs,
                      .transpose_b = true,
                      .accumulate = true});
  }

 private:
  // Rows first … first + count of the kernel's gradient.
  template <class Context>
  static void differentiate(Context& context, const DenseSpec& s, std::size_t batch, std::size_t first,
                            std::size_t count, const float* x, const float* dy, float* gradient) {
    D::gemm(context, {.m = count,
                      .n = s.units,
                      .k = batch,
                      .a = x + first,
                      .a_step = s.inputs,
                      .b = dy,
                      .b_step = s.units,
                      .c = gradient,
                      .c_step = s.units,
                      .transpose_a = true});
  }
};

}  // namespace graft::detail
