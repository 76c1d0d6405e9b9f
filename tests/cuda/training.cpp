// SPDX-License-Identifier: MIT
// Gradients against finite differences, optimizers against Keras, training steps: on the GPU in float32.
#include <graft/graft_cuda.hpp>

#define GRAFT_TESTED_BACKENDS graft::CudaPrecise
#define GRAFT_MODEL_BACKENDS graft::CudaPrecise
#include "backend/gradients_test.cpp"
#include "model/workspace_test.cpp"
#include "optimizers/adam_test.cpp"
#include "optimizers/rmsprop_test.cpp"
#include "optimizers/sgd_test.cpp"
#include "training/trainer_test.cpp"
