// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <string>
#include <string_view>

namespace graft::cuda {

/// Throws BackendError with the call and CUDA's own words unless the call succeeded.
inline void check(cudaError_t status, std::string_view call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // an error that can be recovered from is not to show up in the next call
  throw BackendError{
      expected_received("Cuda: " + std::string{call}, "success",
                        std::string{cudaGetErrorName(status)} + " (" + cudaGetErrorString(status) + ")")};
}
inline void check(cublasStatus_t status, std::string_view call) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw BackendError{expected_received(
      "Cuda: " + std::string{call}, "success",
      std::string{cublasLtGetStatusName(status)} + " (" + cublasLtGetStatusString(status) + ")")};
}

/// Why there is no device to compute on, or nothing if there is one.
inline std::string missing_device() {
  int devices = 0;
  const cudaError_t status = cudaGetDeviceCount(&devices);
  if (status == cudaSuccess && devices > 0) return {};
  cudaGetLastError();
  if (status == cudaSuccess) return "none";
  return std::string{cudaGetErrorName(status)} + " (" + cudaGetErrorString(status) + ")";
}

/// Throws BackendError if there is no device.
inline void require_device() {
  if (const std::string missing = missing_device(); !missing.empty())
    throw BackendError{expected_received("Cuda", "an NVIDIA GPU and its driver", missing)};
}

}  // namespace graft::cuda
