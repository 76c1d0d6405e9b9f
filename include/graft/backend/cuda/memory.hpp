// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/status.hpp>
#include <graft/backend/thread_team.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace graft::cuda {

/// The stream of a thread of the user's program: what one thread asks for happens in that order, and threads
/// do not wait for each other.
inline cudaStream_t stream() { return cudaStreamPerThread; }

inline void synchronize() { check(cudaStreamSynchronize(stream()), "cudaStreamSynchronize"); }

/// Floats on the device, zero at first. Throws BackendError where there is no device or no room on it.
class Buffer {
 public:
  explicit Buffer(std::size_t size) : size_{size} {
    if (size == 0) return;
    require_device();
    check(cudaMalloc(reinterpret_cast<void**>(&data_), size * sizeof(float)),
          "cudaMalloc of " + std::to_string(size * sizeof(float)) + " bytes");
    try {
      check(cudaMemsetAsync(data_, 0, size * sizeof(float), stream()), "cudaMemsetAsync");
      synchronize();  // whichever thread takes it next
    } catch (...) {
      cudaFree(data_);
      throw;
    }
  }
  Buffer(Buffer&& other) noexcept
      : data_{std::exchange(other.data_, nullptr)}, size_{std::exchange(other.size_, 0)} {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer() { cudaFree(data_); }  // waits for whoever still computes with it

  float* data() { return data_; }
  const float* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  float* data_ = nullptr;
  std::size_t size_;
};

class Recorder;

/// Memory of a device as backend memory.
struct Memory {
  /// Checks that there is a device, and waits for what was asked of it in the end, so that other threads find
  /// results that are complete.
  class Context {
   public:
    /// Throws BackendError if there is no device. The number of threads is that of the host, and means
    /// nothing here.
    explicit Context(Threads = {}) { require_device(); }
    ~Context() { cudaStreamSynchronize(stream()); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    Recorder* recorder = nullptr;  ///< that takes what is asked for, if any
  };
  using Buffer = cuda::Buffer;

  static void upload(Context&, std::span<const float> host, float* destination) {
    copy(destination, host.data(), host.size(), cudaMemcpyHostToDevice);
  }
  static void download(Context&, const float* source, std::span<float> host) {
    copy(host.data(), source, host.size(), cudaMemcpyDeviceToHost);
  }
  /// Half of what is free now.
  static std::size_t room(Context&) {
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    return free / 2 / sizeof(float);
  }

  /// Memory of the calling thread; grows with the largest that was asked for.
  template <class T>
  static T* scratch(Context& context, std::size_t count) {
    thread_local Buffer memory{0};
    const std::size_t floats = count * (sizeof(T) / sizeof(float));
    if (memory.size() < floats) {
      memory = Buffer{0};  // gives the old one back first
      memory = Buffer{floats};
      scratch_stamp(context) = next_stamp();
    }
    return reinterpret_cast<T*>(memory.data());
  }
  static std::uint64_t& scratch_stamp(Context&) {
    thread_local std::uint64_t stamp = next_stamp();
    return stamp;
  }

 private:
  static std::uint64_t next_stamp() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }
  static void copy(float* to, const float* from, std::size_t count, cudaMemcpyKind kind) {
    if (count == 0) return;
    check(cudaMemcpyAsync(to, from, count * sizeof(float), kind, stream()), "cudaMemcpyAsync");
    synchronize();
  }
};

}  // namespace graft::cuda
