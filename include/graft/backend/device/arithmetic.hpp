// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device.hpp>
#include <graft/backend/device/kernels/arithmetic.hpp>
#include <graft/layers/dropout.hpp>
#include <graft/layers/rescaling.hpp>

#include <type_traits>

namespace graft::detail {

/// Products of maps, what brings images to scale, and dropout on a device; contracts as in ReferenceMultiply,
/// ReferenceStandardization and ReferenceDropout.
template <class D>
struct DeviceArithmetic {
  template <MultiplySpec S, class Context>
  static void multiply(Context& context, std::size_t batch, const float* x, const float* factor, float* y) {
    D::launch(context, batch * S.input.size(), product<S>(x, factor, y));
  }
  template <MultiplySpec S, class Context>
  static void multiply_backward(Context& context, std::size_t batch, const float* x, const float* factor,
                                const float* dy, float* dx, float* dfactor) {
    if (dx != nullptr)
      D::launch(context, batch * S.input.size(),
                device::MultiplyGradient{product<S>(x, factor, nullptr), dy, dx});
    if (dfactor != nullptr)
      D::launch(context, batch * S.factor.size(),
                device::FactorGradient{device::map(S.input), device::map(S.factor), device::map(S.output), x,
                                       dy, dfactor});
  }

  template <ElementwiseSpec S, class L, class Context>
  static void rescale(Context& context, std::size_t batch, const float* x, float* y) {
    constexpr auto scale = constants<typename L::scale>();
    constexpr auto offset = constants<typename L::offset>();
    D::launch(context, batch * S.input.size(),
              device::Rescale{device::map(S.input), device::map(S.output), scale, offset, x, y});
  }
  template <ElementwiseSpec S, class L, class Context>
  static void rescale_backward(Context& context, std::size_t batch, const float* dy, float* dx) {
    constexpr auto scale = constants<typename L::scale>();
    D::launch(context, batch * S.input.size(),
              device::RescaleGradient{device::map(S.input), device::map(S.output), scale, dy, dx});
  }

  template <ElementwiseSpec S, class Context>
  static void normalize(Context& context, std::size_t batch, const float* x, const float* mean,
                        const float* variance, float* y) {
    D::launch(context, batch * S.input.size(),
              device::Standardize{device::map(S.input), device::map(S.output), x, mean, variance, y});
  }
  template <ElementwiseSpec S, class Context>
  static void normalize_backward(Context& context, std::size_t batch, const float* variance, const float* dy,
                                 float* dx) {
    D::launch(context, batch * S.input.size(),
              device::StandardizeGradient{device::map(S.input), device::map(S.output), dy, variance, dx});
  }

  template <ElementwiseSpec S, DropoutRule Rule, class Context>
  static void dropout(Context& context, std::size_t batch, Philox key, const float* x, float* y) {
    D::launch(context, batch * S.input.size(),
              device::Drop{device::map(S.input), device::map(S.output), mask<S, Rule>(key), x, y});
  }
  template <ElementwiseSpec S, DropoutRule Rule, class Context>
  static void dropout_backward(Context& context, std::size_t batch, Philox key, const float* dy, float* dx) {
    D::launch(context, batch * S.input.size(),
              device::DropGradient{device::map(S.input), device::map(S.output), mask<S, Rule>(key), dy, dx});
  }

 private:
  template <MultiplySpec S>
  static device::Multiply product(const float* x, const float* factor, float* y) {
    return {device::map(S.input), device::map(S.factor), device::map(S.output), x, factor, y};
  }

  template <class Number>
  static constexpr device::Constants constants() {
    device::Constants result{{}, 1};
    if constexpr (std::is_base_of_v<PerChannel, Number>) {
      static_assert(Number::values.size() <= device::Constants::most,
                    "graft: on a device, a Rescaling has numbers of their own for at most 64 channels");
      result.count = device::index(Number::values.size());
    }
    for (std::size_t c = 0; c < result.count; ++c) result.values[c] = number_of<Number>(c);
    return result;
  }

  template <ElementwiseSpec S, DropoutRule Rule>
  static device::DropoutMask mask(Philox key) {
    constexpr float rate = static_cast<float>(Rule.parts) / static_cast<float>(Rule.of);
    return {key, rate, 1.0f / (1.0f - rate), device::index(Rule.whole_samples ? S.input.size() : 1)};
  }
};

}  // namespace graft::detail
