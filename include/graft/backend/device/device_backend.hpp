// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/arithmetic.hpp>
#include <graft/backend/device/convolution.hpp>
#include <graft/backend/device/dense.hpp>
#include <graft/backend/device/depthwise_convolution.hpp>
#include <graft/backend/device/elementwise.hpp>
#include <graft/backend/device/frozen_convolution.hpp>
#include <graft/backend/device/normalization.hpp>
#include <graft/backend/device/pooling.hpp>
#include <graft/backend/device/recordings.hpp>
#include <graft/backend/device/training.hpp>

#include <algorithm>
#include <bit>

namespace graft {

/// The whole vocabulary on a device: kernels that compute one item each, and products of matrices. Sizes are
/// run-time numbers to the device, so that one kernel serves all layers of all networks.
template <device::Device D>
struct DeviceBackend : D,
                       detail::DeviceConvolution<D>,
                       detail::DeviceFrozenConvolution<D, typename D::Factor>,
                       detail::DeviceDepthwiseConvolution<D>,
                       detail::DeviceDense<D>,
                       detail::DevicePooling<D>,
                       detail::DeviceNormalization<D>,
                       detail::DeviceElementwise<D>,
                       detail::DeviceArithmetic<D>,
                       detail::DeviceTraining<D> {
  using Context = typename D::Context;
  using Buffer = typename D::Buffer;
  using Staging = typename D::Staging;
  using Recordings = detail::Recordings<D>;
  static constexpr bool reads_host_memory = false;

  template <class Work>
  static void split_batch(Context&, std::size_t batch, Work&& work) {
    for (std::size_t first = 0; first < batch; first += D::most_images)
      work(first, std::min(D::most_images, batch - first), std::size_t{0});
  }
  static std::size_t slots(Context&) { return 1; }

  /// Numbers of rows as floats, which memory of a device is.
  static void row_numbers(std::span<const std::size_t> rows, std::span<float> numbers) {
    static_assert(sizeof(device::Index) == sizeof(float));
    for (std::size_t i = 0; i < rows.size(); ++i) numbers[i] = std::bit_cast<float>(device::index(rows[i]));
  }
  /// Copies rows of so many floats in the order asked for. rows (count), as row_numbers has them; destination
  /// (count, row_size)
  static void gather_rows(Context& context, std::size_t count, const float* rows, std::size_t row_size,
                          const float* source, float* destination) {
    D::launch(context, count * row_size,
              device::GatherRows{reinterpret_cast<const device::Index*>(rows), device::index(row_size),
                                 source, destination});
  }
  static std::size_t images_per_slot(std::size_t batch) { return std::min(batch, D::most_images); }
};

}  // namespace graft
