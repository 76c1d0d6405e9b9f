// SPDX-License-Identifier: MIT
#include <graft/backend/blas/dense.hpp>

#include "support/dense_runs.hpp"

namespace dense_test {

using namespace graft;
using namespace graft::test;

TEST_CASE("Blas: dense layers smaller than a block") {
  check_dense<Blas, DenseSpec{1, 1}, Sigmoid>();
  check_dense<Blas, DenseSpec{11, 5}, Relu>();
  check_dense<Blas, DenseSpec{3, 63}, Softmax>();
}

TEST_CASE("Blas: dense layers of several blocks, whole and cut") {
  static_assert(Blas::column_block == 64 && Blas::row_block == 128, "the sizes below lie around the blocks");
  check_dense<Blas, DenseSpec{128, 64}, Relu>();
  check_dense<Blas, DenseSpec{129, 65}, Softmax>();
  check_dense<Blas, DenseSpec{256, 128}, Tanh>();
  check_dense<Blas, DenseSpec{1000, 130}>();
}

}  // namespace dense_test
