// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/cuda/memory.hpp>
#include <graft/backend/device/device.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <type_traits>

namespace graft::cuda {

/// How products are computed: by tensor cores from 19-bit numbers (10 bits of mantissa) where the device has
/// them, or in float32 throughout; sums are float32 in both.
struct Tf32 {
  using Factor = device::Tf32;
  static constexpr cublasComputeType_t compute = CUBLAS_COMPUTE_32F_FAST_TF32;
};
struct Precise {
  using Factor = void;
  static constexpr cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
};

/// cuBLASLt's objects, each destroyed with its owner.
template <class Handle, cublasStatus_t (*Destroy)(Handle)>
struct Destroyer {
  void operator()(Handle handle) const { Destroy(handle); }
};
template <class Handle, cublasStatus_t (*Destroy)(Handle)>
using Owner = std::unique_ptr<std::remove_pointer_t<Handle>, Destroyer<Handle, Destroy>>;
using LtHandle = Owner<cublasLtHandle_t, cublasLtDestroy>;
using LtOperation = Owner<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
using LtLayout = Owner<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;
using LtPreference = Owner<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;

/// One product in cuBLASLt's words.
class Matmul {
 public:
  Matmul(const device::Product& p, cublasComputeType_t compute) : matrices_{device::by_columns(p)} {
    cublasLtMatmulDesc_t operation = nullptr;
    check(cublasLtMatmulDescCreate(&operation, compute, CUDA_R_32F), "cublasLtMatmulDescCreate");
    operation_.reset(operation);
    set(CUBLASLT_MATMUL_DESC_TRANSA, matrices_.first.transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_TRANSB, matrices_.second.transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
    if (p.bias != nullptr) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, p.bias);
    set(CUBLASLT_MATMUL_DESC_EPILOGUE, p.bias != nullptr
                                           ? (p.relu ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS)
                                           : (p.relu ? CUBLASLT_EPILOGUE_RELU : CUBLASLT_EPILOGUE_DEFAULT));
    first_ = layout(matrices_.first);
    second_ = layout(matrices_.second);
    result_ = layout(matrices_.result);
  }

  /// The algorithm that cuBLASLt expects to be fastest with so many bytes of workspace, for pointers of the
  /// product's alignment. Throws BackendError if it has none.
  cublasLtMatmulAlgo_t algorithm(cublasLtHandle_t handle, const device::Product& p,
                                 std::size_t workspace) const {
    cublasLtMatmulPreference_t created = nullptr;
    check(cublasLtMatmulPreferenceCreate(&created), "cublasLtMatmulPreferenceCreate");
    const LtPreference preference{created};
    const auto set_preference = [&](cublasLtMatmulPreferenceAttributes_t what, const auto& value) {
      check(cublasLtMatmulPreferenceSetAttribute(created, what, &value, sizeof value),
            "cublasLtMatmulPreferenceSetAttribute");
    };
    set_preference(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace);
    set_preference(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, device::alignment_of(matrices_.first.data));
    set_preference(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, device::alignment_of(matrices_.second.data));
    set_preference(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, device::alignment_of(p.c));
    // Kernels that add a bias read it as they write the result.
    set_preference(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES,
                   std::min(device::alignment_of(p.c), device::alignment_of(p.bias)));

    cublasLtMatmulHeuristicResult_t best{};
    int found = 0;
    check(cublasLtMatmulAlgoGetHeuristic(handle, operation_.get(), first_.get(), second_.get(), result_.get(),
                                         result_.get(), preference.get(), 1, &best, &found),
          "cublasLtMatmulAlgoGetHeuristic");
    if (found == 0)
      throw BackendError{expected_received("Cuda: cublasLtMatmulAlgoGetHeuristic",
                                           "an algorithm for a product of " + std::to_string(p.m) + " x " +
                                               std::to_string(p.k) + " x " + std::to_string(p.n),
                                           "none")};
    return best.algo;
  }

  void run(cublasLtHandle_t handle, const device::Product& p, const cublasLtMatmulAlgo_t& algorithm,
           Buffer& workspace) const {
    const float alpha = 1.0f, beta = p.accumulate ? 1.0f : 0.0f;
    check(cublasLtMatmul(handle, operation_.get(), &alpha, matrices_.first.data, first_.get(),
                         matrices_.second.data, second_.get(), &beta, p.c, result_.get(), p.c, result_.get(),
                         &algorithm, workspace.data(), workspace.size() * sizeof(float), stream()),
          "cublasLtMatmul");
  }

 private:
  template <class T>
  void set(cublasLtMatmulDescAttributes_t what, const T& value) {
    check(cublasLtMatmulDescSetAttribute(operation_.get(), what, &value, sizeof value),
          "cublasLtMatmulDescSetAttribute");
  }
  template <class Pointer>
  static LtLayout layout(const device::ColumnMatrix<Pointer>& matrix) {
    cublasLtMatrixLayout_t created = nullptr;
    check(cublasLtMatrixLayoutCreate(&created, CUDA_R_32F, matrix.rows, matrix.columns,
                                     static_cast<std::int64_t>(matrix.step)),
          "cublasLtMatrixLayoutCreate");
    return LtLayout{created};
  }

  device::ColumnProduct matrices_;
  LtOperation operation_;
  LtLayout first_, second_, result_;
};

/// Computes products, and remembers the algorithm of each size.
class Gemm {
 public:
  /// The process' own; several threads may use it.
  static Gemm& instance() {
    static Gemm gemm;
    return gemm;
  }

  void operator()(const device::Product& p, cublasComputeType_t compute) {
    thread_local Buffer workspace{workspace_bytes / sizeof(float)};
    const Matmul matmul{p, compute};
    matmul.run(handle_.get(), p, algorithm(matmul, p, compute), workspace);
  }

 private:
  static constexpr std::size_t workspace_bytes = std::size_t{32} << 20;  // what cuBLAS takes on Hopper
  using Key = std::array<std::size_t, 12>;

  Gemm() {
    cublasLtHandle_t created = nullptr;
    check(cublasLtCreate(&created), "cublasLtCreate");
    handle_.reset(created);
  }

  cublasLtMatmulAlgo_t algorithm(const Matmul& matmul, const device::Product& p,
                                 cublasComputeType_t compute) {
    const std::size_t flags = (p.transpose_a ? 1u : 0u) | (p.transpose_b ? 2u : 0u) |
                              (p.accumulate ? 4u : 0u) | (p.bias != nullptr ? 8u : 0u) | (p.relu ? 16u : 0u);
    const Key key{p.m,
                  p.n,
                  p.k,
                  p.a_step,
                  p.b_step,
                  p.c_step,
                  flags,
                  static_cast<std::size_t>(compute),
                  device::alignment_of(p.a),
                  device::alignment_of(p.b),
                  device::alignment_of(p.c),
                  device::alignment_of(p.bias)};
    const std::lock_guard lock{mutex_};
    const auto found = algorithms_.find(key);
    if (found != algorithms_.end()) return found->second;
    return algorithms_.emplace(key, matmul.algorithm(handle_.get(), p, workspace_bytes)).first->second;
  }

  LtHandle handle_;
  std::mutex mutex_;
  std::map<Key, cublasLtMatmulAlgo_t> algorithms_;
};

}  // namespace graft::cuda
