// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/convolve.hpp>
#include <graft/backend/cuda/gemm.hpp>
#include <graft/backend/cuda/graph.hpp>
#include <graft/backend/cuda/launch.hpp>
#include <graft/backend/cuda/staging.hpp>
#include <graft/backend/device/device_backend.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace graft {

namespace cuda {

/// An NVIDIA GPU: the current device of the CUDA runtime.
template <class Precision>
struct Device : Memory {
  using Recording = Graph;
  using Staging = cuda::Staging;
  using Factor = typename Precision::Factor;
  static constexpr std::size_t most_images = 256;
  static constexpr std::size_t most_patches = std::size_t{1} << 23;    // 32 MiB: most of an H100's cache
  static constexpr std::size_t most_gradients = std::size_t{1} << 22;  // 16 MiB: half of an H100's cache

  static void fill_zero(Context& context, float* destination, std::size_t count) {
    if (count == 0 || compares(context)) return;
    check(cudaMemsetAsync(destination, 0, count * sizeof(float), stream()), "cudaMemsetAsync");
  }

  static void gemm(Context& context, const device::Product& product) {
    if (!compares(context)) Gemm::instance()(product, Precision::compute);
  }

  template <class F>
  static void convolve(Context& context, const device::Convolution<F>& convolution) {
    const device::Map &input = convolution.slide.input, &output = convolution.slide.output;
    const std::size_t images = convolution.rows / output.pixels();
    require_items(images * std::max(std::size_t{input.pixels()} * input.stride, std::size_t{output.size()}));
    if (convolution.rows > 0 && !compares(context)) cuda::convolve(stream(), convolution);
  }

  template <class Kernel>
  static void launch(Context& context, std::size_t count, const Kernel& kernel) {
    require_items(count);
    if (count == 0) return;
    if (context.recorder != nullptr)
      context.recorder->launch(device::index(count), kernel);
    else
      cuda::launch(stream(), device::index(count), kernel);
  }

  /// Why this backend cannot be used here, or nothing if it can: no device, or no driver.
  static std::string unavailable() { return missing_device(); }

 private:
  static bool compares(const Context& context) {
    return context.recorder != nullptr && context.recorder->compares();
  }
  /// The number of any thread, and of any value of a batch, fits 32 bits.
  static void require_items(std::size_t count) {
    if (count > 0xFFFF'FF00)
      throw BackendError{expected_received("Cuda: a batch", "at most 4294967040 values in one layer",
                                           std::to_string(count))};
  }
};

}  // namespace cuda

/// The GPU, with tensor cores where it has them: the factors of products are rounded to TF32 (10 bits of
/// mantissa), sums are float32. Constructing anything that computes throws BackendError where there is no
/// device. Programs that use it link graft::cuda.
struct Cuda : DeviceBackend<cuda::Device<cuda::Tf32>> {
  static constexpr std::string_view name = "Cuda";
};

/// The same with the convolutions of frozen parts in bfloat16 (7 bits of mantissa), which tensor cores
/// multiply twice as fast: for prediction, and for features that a head is trained on.
struct CudaBfloat16 : detail::WithFactor<Cuda, cuda::Device<cuda::Tf32>, device::Bfloat16> {
  static constexpr std::string_view name = "CudaBfloat16";
};

/// The GPU in float32 throughout: the same numbers as the processor's backends, but for the order of sums.
struct CudaPrecise : DeviceBackend<cuda::Device<cuda::Precise>> {
  static constexpr std::string_view name = "CudaPrecise";
};

}  // namespace graft
