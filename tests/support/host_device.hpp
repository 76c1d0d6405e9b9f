// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device_backend.hpp>
#include <graft/backend/host_context.hpp>

#include <cstring>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace graft::test {

/// A device that is the processor: kernels of devices run one item after the other, the last one first, and
/// products are plain loops. What a GPU computes is tested with it where there is none.
struct HostDevice {
  // So small that tests divide their batches, patches and gradients.
  static constexpr std::size_t most_images = 3, most_patches = 1000, most_gradients = 100;

  struct Context {
    explicit Context(Threads) {}
    std::vector<double> scratch;
  };
  using Buffer = AlignedBuffer;

  static void upload(Context&, std::span<const float> host, float* destination) {
    std::copy(host.begin(), host.end(), destination);
  }
  static void download(Context&, const float* source, std::span<float> host) {
    std::copy_n(source, host.size(), host.begin());
  }
  static void fill_zero(Context&, float* destination, std::size_t count) {
    std::fill_n(destination, count, 0.0f);
  }

  /// Tests say how much.
  static inline std::size_t floats_of_room = std::size_t{1} << 20;
  static std::size_t room(Context&) { return floats_of_room; }

  /// Scratch holds NaN: what is read before it is written shows.
  template <class T>
  static T* scratch(Context& context, std::size_t count) {
    context.scratch.assign((count * sizeof(T) + sizeof(double) - 1) / sizeof(double), 0.0);
    std::memset(context.scratch.data(), 0xFF, context.scratch.size() * sizeof(double));
    return reinterpret_cast<T*>(context.scratch.data());
  }

  template <class Kernel>
  static void launch(Context&, std::size_t count, const Kernel& kernel) {
    if (count == 0) throw std::logic_error("expected a launch of at least one item");
    for (device::Index i = device::index(count); i-- > 0;) kernel(i);
  }

  static void gemm(Context&, const device::Product& p) {
    for (std::size_t i = 0; i < p.m; ++i)
      for (std::size_t j = 0; j < p.n; ++j) {
        float sum = p.accumulate ? p.c[i * p.c_step + j] : 0.0f;
        for (std::size_t k = 0; k < p.k; ++k)
          sum += p.a[p.transpose_a ? k * p.a_step + i : i * p.a_step + k] *
                 p.b[p.transpose_b ? j * p.b_step + k : k * p.b_step + j];
        if (p.bias != nullptr) sum += p.bias[j];
        p.c[i * p.c_step + j] = p.relu && sum < 0.0f ? 0.0f : sum;
      }
  }
};

/// The vocabulary of devices on it.
struct Emulated : DeviceBackend<HostDevice> {
  static constexpr std::string_view name = "Emulated";
};

}  // namespace graft::test
