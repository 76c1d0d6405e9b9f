// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/memory.hpp>

#include <algorithm>
#include <memory>
#include <type_traits>

namespace graft::cuda {

struct Release {
  void operator()(float* pinned) const { cudaFreeHost(pinned); }
  void operator()(cudaEvent_t event) const { cudaEventDestroy(event); }
  void operator()(cudaStream_t stream) const { cudaStreamDestroy(stream); }
};
template <class Handle>
using Released = std::unique_ptr<std::remove_pointer_t<Handle>, Release>;

/// A point in a stream's work that another stream, or the host, can wait for. At first nothing is before it.
class Event {
 public:
  Event() {
    cudaEvent_t created = nullptr;
    check(cudaEventCreateWithFlags(&created, cudaEventDisableTiming), "cudaEventCreateWithFlags");
    event_.reset(created);
  }
  void record(cudaStream_t stream) { check(cudaEventRecord(event_.get(), stream), "cudaEventRecord"); }
  void delay(cudaStream_t stream) const {
    check(cudaStreamWaitEvent(stream, event_.get(), 0), "cudaStreamWaitEvent");
  }
  cudaEvent_t handle() const { return event_.get(); }
  void wait() const { check(cudaEventSynchronize(event_.get()), "cudaEventSynchronize"); }

 private:
  Released<cudaEvent_t> event_;
};

/// The second stream of a thread, for copies beside what it computes.
inline cudaStream_t upload_stream() {
  thread_local const Released<cudaStream_t> stream = [] {
    cudaStream_t created = nullptr;
    check(cudaStreamCreateWithFlags(&created, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    return Released<cudaStream_t>{created};
  }();
  return stream.get();
}

/// Host values on their way to the device: through pinned memory, on a stream of their own, so that the
/// values of the next batch are copied while one is computed.
class Staging {
 public:
  explicit Staging(std::size_t floats) : memory_{floats} {
    if (floats == 0) return;
    float* created = nullptr;
    check(cudaMallocHost(reinterpret_cast<void**>(&created), floats * sizeof(float)),
          "cudaMallocHost of " + std::to_string(floats * sizeof(float)) + " bytes");
    pinned_.reset(created);
  }
  ~Staging() { cudaEventSynchronize(copied_.handle()); }

  /// Takes the values; the host's may change from then on.
  void begin(Memory::Context&, std::span<const float> host) {
    copied_.wait();  // pinned memory is free
    std::copy(host.begin(), host.end(), pinned_.get());
    used_.delay(upload_stream());
    check(cudaMemcpyAsync(memory_.data(), pinned_.get(), host.size() * sizeof(float), cudaMemcpyHostToDevice,
                          upload_stream()),
          "cudaMemcpyAsync");
    copied_.record(upload_stream());
  }

  /// What the context is asked for from now on reads them, until the end of the Use.
  class Use {
   public:
    explicit Use(Staging& staging) : staging_{&staging} { staging.copied_.delay(stream()); }
    Use(Use&& other) noexcept : staging_{std::exchange(other.staging_, nullptr)} {}
    ~Use() {
      if (staging_ != nullptr) cudaEventRecord(staging_->used_.handle(), stream());
    }
    const float* data() const { return staging_->memory_.data(); }

   private:
    Staging* staging_;
  };
  Use use(Memory::Context&) { return Use{*this}; }

 private:
  Buffer memory_;
  Released<float*> pinned_;
  Event copied_, used_;
};

}  // namespace graft::cuda
