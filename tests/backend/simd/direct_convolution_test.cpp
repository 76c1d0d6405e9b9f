// SPDX-License-Identifier: MIT
#include <graft/backend/simd/direct_convolution.hpp>

#include "support/convolution_runs.hpp"

namespace direct_convolution_test {

using namespace graft;
using namespace graft::test;
using namespace graft::detail::simd;

namespace {

template <Conv2dSpec S, class Act = Linear>
void check() {
  check_algorithm<S, DirectConvolution<S>, Act>(random_values(S.patch_size() * S.output.channels, 1),
                                                sum_tolerance(S.patch_size()));
}

}  // namespace

// With channels enough for another algorithm to be chosen, which convolution_test.cpp would then try instead.
TEST_CASE("direct convolution: windows that reach over every border, on many channels") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({9, 17, 32}, 48), Relu>();
  check<conv2d_spec<Kernel<5>, Strides<1>, Same>({7, 6, 32}, 32)>();
  check<conv2d_spec<Kernel<1, 7>, Strides<1>, Same>({5, 7, 32}, 48), Relu6>();
  check<conv2d_spec<Kernel<7, 1>, Strides<1>, Same>({7, 5, 32}, 48)>();
  check<conv2d_spec<Kernel<5>, Strides<1>, Same>({2, 3, 20}, 16)>();  // larger than the map
}

TEST_CASE("direct convolution: slices, odd channels, valid windows") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({6, 7, 37}, 83, 3, 4), Relu>();
  check<conv2d_spec<Kernel<3>, Strides<1>, Valid>({11, 12, 24}, 40)>();
  check<conv2d_spec<Kernel<3>, Strides<2>, Valid>({11, 12, 24}, 33)>();
}

TEST_CASE("direct convolution: pixels that share places in the cache") {
  static_assert(pixels_collide(8, 1024) && pixels_collide(8, 2048) && pixels_collide(15, 1536));
  static_assert(!pixels_collide(7, 1024) && !pixels_collide(14, 512) && !pixels_collide(24, 64) &&
                !pixels_collide(24, 1000));
  check<conv2d_spec<Kernel<1>, Strides<1>, Valid>({4, 9, 1024}, 40), Relu>();
  check<conv2d_spec<Kernel<1>, Strides<1>, Valid>({4, 9, 1000}, 33, 24)>();
  check<conv2d_spec<Kernel<1>, Strides<2>, Same>({3, 26, 512}, 16)>();
  check<conv2d_spec<Kernel<3>, Strides<2>, Valid>({5, 27, 512}, 16)>();
}

TEST_CASE("direct convolution: a plan covers a row with tiles, and packs every weight once") {
  constexpr Conv2dSpec spec = conv2d_spec<Kernel<3>, Strides<1>, Same>({9, 17, 32}, 48);
  using P = ConvolutionPlan<spec>;
  std::size_t pixels = 0, vectors = 0;
  for (std::size_t t = 0; t < P::row.count; ++t) pixels += P::row.length(t);
  for (std::size_t b = 0; b < P::blocks; ++b) vectors += P::vectors_in(b);
  CHECK(pixels == 17);
  CHECK(vectors == vectors_of(48));
  auto kernel = random_values(spec.patch_size() * 48, 1);
  std::vector<float> packed(P::packed_size);
  pack_kernel(kernel, 48, P::block_vectors, packed.data());
  std::erase(packed, 0.0f);  // what fills up vectors
  std::sort(packed.begin(), packed.end());
  std::sort(kernel.begin(), kernel.end());
  CHECK(packed == kernel);
}

}  // namespace direct_convolution_test
