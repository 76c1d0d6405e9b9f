// SPDX-License-Identifier: MIT
#include <graft/graft_cuda.cuh>

#include "softsign.hpp"

GRAFT_CUDA_ACTIVATION(mine::Softsign);
