// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/launch.hpp>
#include <graft/backend/cuda/memory.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace graft::cuda {

/// The node that a stream's capture has come to.
inline cudaGraphNode_t last_node() {
  cudaStreamCaptureStatus status{};
  const cudaGraphNode_t* nodes = nullptr;
  std::size_t count = 0;
#if CUDART_VERSION >= 13000
  check(cudaStreamGetCaptureInfo(stream(), &status, nullptr, nullptr, &nodes, nullptr, &count),
        "cudaStreamGetCaptureInfo");
#else
  check(cudaStreamGetCaptureInfo_v2(stream(), &status, nullptr, nullptr, &nodes, &count),
        "cudaStreamGetCaptureInfo");
#endif
  return count == 1 ? nodes[0] : nullptr;
}

/// Launches on their way into a graph, or compared with those in it.
class Recorder {
 public:
  /// Takes launches into the graph that is captured; then, behind `compare`, gives those of an executable
  /// graph the arguments of the same launches made again.
  template <class Kernel>
  void launch(device::Index count, const Kernel& kernel) {
    static_assert(std::is_trivially_copyable_v<Kernel>);
    const auto* bytes = reinterpret_cast<const std::byte*>(&kernel);
    if (executable_ == nullptr) {
      cuda::launch(stream(), count, kernel);
      launches_.push_back({last_node(), {bytes, bytes + sizeof kernel}});
      return;
    }
    Launch& known = launches_.at(next_++);
    if (std::memcmp(known.arguments.data(), bytes, sizeof kernel) == 0) return;
    known.arguments.assign(bytes, bytes + sizeof kernel);
    cudaKernelNodeParams parameters{};
    check(cudaGraphKernelNodeGetParams(known.node, &parameters), "cudaGraphKernelNodeGetParams");
    std::array<void*, 2> arguments{&count, const_cast<Kernel*>(&kernel)};
    parameters.kernelParams = arguments.data();
    check(cudaGraphExecKernelNodeSetParams(executable_, known.node, &parameters),
          "cudaGraphExecKernelNodeSetParams");
  }
  /// Whether work but launches is left out, as it is in the graph as it stands.
  bool compares() const { return executable_ != nullptr; }

  void compare(cudaGraphExec_t executable) {
    executable_ = executable;
    next_ = 0;
  }

 private:
  struct Launch {
    cudaGraphNode_t node;
    std::vector<std::byte> arguments;
  };
  std::vector<Launch> launches_;
  std::size_t next_ = 0;
  cudaGraphExec_t executable_ = nullptr;
};

/// What some work asks of the calling thread's stream, as a CUDA graph: one launch for all of it. The work
/// may not allocate, upload or download.
class Graph {
 public:
  template <class Work>
  Graph(Memory::Context& context, Work&& work) {
    check(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    try {
      record(context, work);
    } catch (...) {
      cudaGraph_t unfinished = nullptr;
      cudaStreamEndCapture(stream(), &unfinished);
      if (unfinished != nullptr) cudaGraphDestroy(unfinished);
      cudaGetLastError();
      throw;
    }
    cudaGraph_t graph = nullptr;
    check(cudaStreamEndCapture(stream(), &graph), "cudaStreamEndCapture");
    graph_.reset(graph);
    cudaGraphExec_t executable = nullptr;
    check(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    executable_.reset(executable);
  }

  /// The same work, whose kernels may have other arguments now.
  template <class Work>
  void renew(Memory::Context& context, Work&& work) {
    recorder_.compare(executable_.get());
    record(context, work);
  }

  void replay(Memory::Context&) const {
    check(cudaGraphLaunch(executable_.get(), stream()), "cudaGraphLaunch");
  }

 private:
  template <class Work>
  void record(Memory::Context& context, Work& work) {
    struct Scope {
      Memory::Context& context;
      ~Scope() { context.recorder = nullptr; }
    } scope{context};
    context.recorder = &recorder_;
    work();
  }

  struct Destroy {
    void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
    void operator()(cudaGraphExec_t graph) const { cudaGraphExecDestroy(graph); }
  };
  std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, Destroy> graph_;
  std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, Destroy> executable_;
  Recorder recorder_;
};

}  // namespace graft::cuda
