// SPDX-License-Identifier: MIT
// The tests of every layer against Keras' numbers, on the GPU in float32.
#include <graft/graft_cuda.hpp>

#define GRAFT_TESTED_BACKENDS graft::CudaPrecise
#include "layers/activations_test.cpp"
#include "layers/batch_normalization_test.cpp"
#include "layers/composition_test.cpp"
#include "layers/conv2d_test.cpp"
#include "layers/dense_test.cpp"
#include "layers/depthwise_conv2d_test.cpp"
#include "layers/dropout_test.cpp"
#include "layers/flatten_test.cpp"
#include "layers/normalization_test.cpp"
#include "layers/pooling2d_test.cpp"
#include "layers/rescaling_test.cpp"
#include "layers/reshape_test.cpp"
#include "layers/separable_conv2d_test.cpp"
#include "layers/zero_padding2d_test.cpp"
