// SPDX-License-Identifier: MIT
#pragma once

/// graft with the policies Cuda, CudaPrecise and CudaBfloat16: for any compiler, beside the headers of the
/// CUDA Toolkit. The program links graft::cuda.
#include <graft/backend/cuda/cuda.hpp>
#include <graft/graft.hpp>
