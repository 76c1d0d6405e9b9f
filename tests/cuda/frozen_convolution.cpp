// SPDX-License-Identifier: MIT
// Convolutions on tensor cores: every tile, copies by four floats and by one, borders, strides and gaps.
#include <graft/graft_cuda.hpp>

#include "support/frozen_convolution_runs.hpp"
#include "support/passes.hpp"
#include <doctest/doctest.h>

namespace cuda_frozen_convolution_test {

using namespace graft;
using namespace graft::test;

namespace {

template <Conv2dSpec S, class Act = Relu>
void check(std::size_t batch) {
  CAPTURE(S.input.channels);
  CAPTURE(S.output.channels);
  CAPTURE(batch);
  check_frozen_convolution<CudaPrecise, void, S, Act>(batch);
  check_frozen_convolution<Cuda, device::Tf32, S, Act>(batch);
  check_frozen_convolution<CudaBfloat16, device::Bfloat16, S, Act>(batch);
}

}  // namespace

TEST_CASE("frozen convolutions compute what Reference does from rounded factors") {
  check<conv2d_spec<Kernel<3>, Strides<2>, Valid>({31, 30, 3}, 32)>(
      3);  // an image's pixels: one float at a time
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({6, 7, 3}, 5, 0, 2)>(1);  // gaps in the result
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({6, 7, 6}, 9, 2, 1)>(2);  // six channels, gaps in the map
  check<conv2d_spec<Kernel<1>, Strides<1>, Valid>({9, 9, 12}, 20, 4, 4), Linear>(5);
  check<conv2d_spec<Kernel<3>, Strides<2>, Same>({9, 8, 8}, 48), Swish>(4);
  check<conv2d_spec<Kernel<1, 7>, Strides<1>, Same>({7, 7, 40}, 36)>(
      3);  // not a multiple of the step in depth
  check<conv2d_spec<Kernel<7, 1>, Strides<1>, Same>({7, 7, 128}, 192)>(2);
  check<conv2d_spec<Kernel<5>, Strides<1>, Same>({16, 16, 48}, 64)>(2);
}

TEST_CASE("frozen convolutions step through windows of many channels, across rows and images") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Valid>({40, 41, 32}, 64)>(5);
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({16, 16, 96}, 96)>(9);
  check<conv2d_spec<Kernel<2>, Strides<1>, Same>({9, 9, 16}, 32)>(7);
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({9, 10, 48}, 20, 4, 4)>(3);  // gaps
  check<conv2d_spec<Kernel<3>, Strides<2>, Same>({17, 16, 48}, 96), Linear>(4);
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({3, 3, 64}, 32)>(30);  // many images in a tile
}

TEST_CASE("frozen convolutions of many rows take the large tiles") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({80, 81, 4}, 32)>(7);
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({80, 81, 4}, 64)>(7);
  check<conv2d_spec<Kernel<1>, Strides<1>, Valid>({80, 81, 36}, 96)>(7);
  check<conv2d_spec<Kernel<1>, Strides<1>, Valid>({80, 81, 36}, 128), Linear>(7);
  check<conv2d_spec<Kernel<1>, Strides<1>, Valid>({80, 81, 36}, 200)>(7);
}

TEST_CASE("the second stage of a separable convolution finds its kernel behind one of 27 floats") {
  using N = Net<Shape{9, 10, 3}, SeparableConv2D<8, Kernel<3>, Relu>>;
  const auto x = random_values(2 * 9 * 10 * 3, 1), parameters = random_values(graph_of<N>.parameter_count, 2);
  const auto expected = forward_pass<N, Reference, frozen_mode>(2, x, parameters);
  CHECK(difference(forward_pass<N, CudaPrecise, frozen_mode>(2, x, parameters), expected) < 1e-5);
  CHECK(difference(forward_pass<N, Cuda, frozen_mode>(2, x, parameters), expected) < 5e-3);
}

}  // namespace cuda_frozen_convolution_test
