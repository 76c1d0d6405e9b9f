// SPDX-License-Identifier: MIT
// A user's activation, whose kernels the user's own file instantiates.
#include <graft/graft_cuda.hpp>

#include "softsign.hpp"
#include "support/passes.hpp"
#include <doctest/doctest.h>

namespace own_activation_test {

using namespace graft;
using namespace graft::test;

TEST_CASE("an activation of one's own computes and differentiates on the GPU") {
  using N = Net<Shape{4, 5, 3}, Conv2D<4, Kernel<3>, mine::Softsign>,
                DepthwiseConv2D<Kernel<2>, mine::Softsign>, Activation<mine::Softsign>>;
  const auto input = random_values(2 * 4 * 5 * 3, 1),
             parameters = random_values(graph_of<N>.parameter_count, 2);
  const auto gradient = random_values(2 * graph_of<N>.output_shape().size(), 3);
  const TrainingPass gpu = training_pass<N, CudaPrecise>(2, input, parameters, gradient);
  const TrainingPass expected = training_pass<N, Reference>(2, input, parameters, gradient);
  CHECK(difference(gpu.output, expected.output) < 1e-5);
  CHECK(difference(gpu.input_gradient, expected.input_gradient) < 1e-5);
  CHECK(difference(gpu.gradients, expected.gradients) < 1e-5);
}

}  // namespace own_activation_test
