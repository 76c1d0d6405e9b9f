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
#include <cstring>
#include <vector>

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
  using Recordings = detail::Recordings<D>;
  static constexpr bool reads_host_memory = false;

  static const float* stage(Context& context, std::span<const float> host, Buffer& staging) {
    D::upload(context, host, staging.data());
    return staging.data();
  }
  static std::size_t staging_size(std::size_t floats) { return floats; }

  template <class Work>
  static void split_batch(Context&, std::size_t batch, Work&& work) {
    for (std::size_t first = 0; first < batch; first += D::most_images)
      work(first, std::min(D::most_images, batch - first), std::size_t{0});
  }
  static std::size_t slots(Context&) { return 1; }

  /// Copies rows of so many floats in the order asked for. Floats that may be kept on the device for that:
  /// D::room(context). destination (rows, row_size)
  static void gather_rows(Context& context, std::span<const std::size_t> rows, std::size_t row_size,
                          const float* source, float* destination) {
    static_assert(sizeof(device::Index) == sizeof(float));
    std::vector<float> bits(rows.size());  // memory of a device is floats
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const device::Index row = device::index(rows[i]);
      std::memcpy(&bits[i], &row, sizeof row);
    }
    float* numbers = D::template scratch<float>(context, rows.size());
    D::upload(context, bits, numbers);
    D::launch(context, rows.size() * row_size,
              device::GatherRows{reinterpret_cast<const device::Index*>(numbers), device::index(row_size),
                                 source, destination});
  }
  static std::size_t images_per_slot(std::size_t batch) { return std::min(batch, D::most_images); }
};

}  // namespace graft
