// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/memory.hpp>

#include <memory>
#include <type_traits>

namespace graft::cuda {

/// What some work asks of the calling thread's stream, as a CUDA graph: one launch for all of it. The work
/// may not allocate, upload or download.
class Graph {
 public:
  template <class Work>
  Graph(Memory::Context&, Work&& work) {
    check(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    try {
      work();
    } catch (...) {
      cudaGraph_t unfinished = nullptr;
      cudaStreamEndCapture(stream(), &unfinished);
      if (unfinished != nullptr) cudaGraphDestroy(unfinished);
      cudaGetLastError();
      throw;
    }
    cudaGraph_t graph = nullptr;
    check(cudaStreamEndCapture(stream(), &graph), "cudaStreamEndCapture");
    const std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, Destroy> owner{graph};
    cudaGraphExec_t executable = nullptr;
    check(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    executable_.reset(executable);
  }

  void replay(Memory::Context&) const {
    check(cudaGraphLaunch(executable_.get(), stream()), "cudaGraphLaunch");
  }

 private:
  struct Destroy {
    void operator()(cudaGraph_t graph) const { cudaGraphDestroy(graph); }
    void operator()(cudaGraphExec_t graph) const { cudaGraphExecDestroy(graph); }
  };
  std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, Destroy> executable_;
};

}  // namespace graft::cuda
