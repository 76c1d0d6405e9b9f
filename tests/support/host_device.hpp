// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device_backend.hpp>
#include <graft/backend/host_context.hpp>

#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace graft::test {

/// A device that is the processor: kernels of devices run one item after the other, the last one first, and
/// products are plain loops. What a GPU computes is tested with it where there is none.
struct HostDevice {
  using Factor = device::Float32;

  // So small that tests divide their batches, patches and gradients.
  static constexpr std::size_t most_images = 3, most_patches = 1000, most_gradients = 100;

  struct Step {
    bool is_launch;
    std::function<void()> work;
  };
  struct Context {
    explicit Context(Threads) {}
    std::vector<double> scratch;
    std::uint64_t stamp = 1;
    std::vector<Step>* recording = nullptr;  // that takes what is asked for, if any
  };
  using Buffer = AlignedBuffer;

  /// What a device was asked for, as a list. Only the launches in it are renewed: what else is asked for must
  /// be the same.
  class Recording {
   public:
    template <class Work>
    Recording(Context& context, Work&& work) : steps_{collect(context, work)} {
      ++made;
    }
    template <class Work>
    void renew(Context& context, Work&& work) {
      const std::vector<Step> now = collect(context, work);
      if (now.size() != steps_.size()) throw std::logic_error("expected as many launches as were recorded");
      for (std::size_t i = 0; i < now.size(); ++i) {
        if (now[i].is_launch != steps_[i].is_launch)
          throw std::logic_error("expected the launches that were recorded");
        if (now[i].is_launch) steps_[i] = now[i];
      }
    }
    void replay(Context&) {
      ++replays;
      for (const Step& step : steps_) step.work();
    }
    static inline std::size_t made = 0, replays = 0;

   private:
    template <class Work>
    static std::vector<Step> collect(Context& context, Work& work) {
      std::vector<Step> steps;
      context.recording = &steps;
      work();
      context.recording = nullptr;
      return steps;
    }
    std::vector<Step> steps_;
  };

  /// Values are taken at once and copied as late as they may be.
  class Staging {
   public:
    explicit Staging(std::size_t floats) : memory_{floats} {}
    using Use = HostMemory::Staging::Use;
    void begin(Context& context, std::span<const float> host) {
      require_no_recording(context);
      pinned_.assign(host.begin(), host.end());
    }
    Use use(Context& context) {
      require_no_recording(context);
      std::copy(pinned_.begin(), pinned_.end(), memory_.data());
      return Use{memory_.data()};
    }

   private:
    std::vector<float> pinned_;
    AlignedBuffer memory_;
  };

  static void upload(Context& context, std::span<const float> host, float* destination) {
    require_no_recording(context);
    std::copy(host.begin(), host.end(), destination);
  }
  static void download(Context& context, const float* source, std::span<float> host) {
    require_no_recording(context);
    std::copy_n(source, host.size(), host.begin());
  }
  static void fill_zero(Context& context, float* destination, std::size_t count) {
    ask(context, [=] { std::fill_n(destination, count, 0.0f); });
  }

  /// Tests say how much.
  static inline std::size_t floats_of_room = std::size_t{1} << 20;
  static std::size_t room(Context&) { return floats_of_room; }

  /// Scratch holds NaN: what is read before it is written shows.
  template <class T>
  static T* scratch(Context& context, std::size_t count) {
    const std::size_t doubles = (count * sizeof(T) + sizeof(double) - 1) / sizeof(double);
    if (doubles > context.scratch.size()) {
      require_no_recording(context);
      context.scratch.resize(doubles);
      ++context.stamp;
    }
    double* scratch = context.scratch.data();
    ask(context, [=] { std::memset(scratch, 0xFF, doubles * sizeof(double)); });
    return reinterpret_cast<T*>(scratch);
  }
  static std::uint64_t scratch_stamp(Context& context) { return context.stamp; }

  template <class Kernel>
  static void launch(Context& context, std::size_t count, const Kernel& kernel) {
    if (count == 0) throw std::logic_error("expected a launch of at least one item");
    ask(
        context,
        [=] {
          for (device::Index i = device::index(count); i-- > 0;) kernel(i);
        },
        true);
  }

  template <class F>
  static void convolve(Context& context, const device::Convolution<F>& convolution) {
    if (reinterpret_cast<std::uintptr_t>(convolution.kernel) % 16 != 0)
      throw std::logic_error(
          "expected a packed kernel at a multiple of 16 bytes, which a GPU copies at a time");
    launch(context, convolution.rows * convolution.slide.output.channels,
           device::ConvolveValue<F>{convolution});
  }

  static void gemm(Context& context, const device::Product& p) {
    ask(context, [=] {
      for (std::size_t i = 0; i < p.m; ++i)
        for (std::size_t j = 0; j < p.n; ++j) {
          float sum = p.accumulate ? p.c[i * p.c_step + j] : 0.0f;
          for (std::size_t k = 0; k < p.k; ++k)
            sum += p.a[p.transpose_a ? k * p.a_step + i : i * p.a_step + k] *
                   p.b[p.transpose_b ? j * p.b_step + k : k * p.b_step + j];
          if (p.bias != nullptr) sum += p.bias[j];
          p.c[i * p.c_step + j] = p.relu && sum < 0.0f ? 0.0f : sum;
        }
    });
  }

 private:
  template <class Work>
  static void ask(Context& context, Work work, bool is_launch = false) {
    if (context.recording != nullptr)
      context.recording->push_back({is_launch, work});
    else
      work();
  }
  static void require_no_recording(const Context& context) {
    if (context.recording != nullptr) throw std::logic_error("expected nothing but launches to be recorded");
  }
};

/// The vocabulary of devices on it, and with the factors that GPUs have in the convolutions of frozen parts,
/// or with written patches there.
struct Emulated : DeviceBackend<HostDevice> {
  static constexpr std::string_view name = "Emulated";
};
template <class Factor>
struct EmulatedFactor : graft::detail::WithFactor<Emulated, HostDevice, Factor> {
  static constexpr std::string_view name = "EmulatedFactor";
};
using EmulatedTf32 = EmulatedFactor<device::Tf32>;
using EmulatedBfloat16 = EmulatedFactor<device::Bfloat16>;
using EmulatedPatches = EmulatedFactor<void>;

}  // namespace graft::test
