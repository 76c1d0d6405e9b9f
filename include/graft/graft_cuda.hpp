// SPDX-License-Identifier: MIT
#pragma once

/// graft with the policies Cuda and CudaPrecise: for any compiler, beside the headers of the CUDA Toolkit.
/// The program links graft::cuda.
#include <graft/backend/cuda/cuda.hpp>
#include <graft/graft.hpp>
