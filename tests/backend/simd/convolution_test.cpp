// SPDX-License-Identifier: MIT
#include <graft/backend/simd/convolution.hpp>
#include <graft/backend/simd/simd.hpp>

#include "support/convolution_runs.hpp"

namespace convolution_test {

using namespace graft;
using namespace graft::test;
using graft::detail::simd::lanes;

namespace {

// The packed convolution, by the algorithm that suits it, against Reference.
template <Conv2dSpec S, class Act = Linear>
void check() {
  const auto kernel = random_values(S.patch_size() * S.output.channels, 1);
  std::vector<float> packed(Simd::packed_size<S>);
  HostContext one{Threads{1}};
  Simd::pack_conv2d<S>(one, kernel, packed.data());
  check_conv2d<S, Act>(
      kernel, sum_tolerance(S.patch_size()),
      [&](HostContext& context, std::size_t batch, const float* x, const float* bias, float* y) {
        Simd::conv2d_packed<S, Act>(context, batch, x, packed.data(), bias, y);
      });
}

}  // namespace

TEST_CASE("Simd convolution: windows that reach over every border") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({9, 17, 5}, 16), Relu>();
  check<conv2d_spec<Kernel<5>, Strides<1>, Same>({7, 6, 3}, 32), Relu>();
  check<conv2d_spec<Kernel<1, 7>, Strides<1>, Same>({5, 7, 8}, 48)>();
  check<conv2d_spec<Kernel<7, 1>, Strides<1>, Same>({7, 5, 8}, 48)>();
  check<conv2d_spec<Kernel<5>, Strides<1>, Same>({2, 3, 3}, 16)>();  // larger than the map
  check<conv2d_spec<Kernel<3>, Strides<2>, Same>({8, 9, 4}, 16)>();
}

TEST_CASE("Simd convolution: strides, valid windows, one pixel") {
  check<conv2d_spec<Kernel<3>, Strides<2>, Valid>({11, 12, 3}, 32), Relu>();
  check<conv2d_spec<Kernel<3>, Strides<1>, Valid>({6, 30, 4}, 16)>();
  check<conv2d_spec<Kernel<1>, Strides<2>, Valid>({5, 6, 4}, 16)>();
  check<conv2d_spec<Kernel<3>, Strides<3>, Valid>({3, 3, 2}, 16)>();
}

TEST_CASE("Simd convolution: 1x1 takes the image as one row") {
  check<conv2d_spec<Kernel<1>, Strides<1>, Same>({7, 7, 24}, 64), Relu>();
  check<conv2d_spec<Kernel<1>, Strides<1>, Valid>({1, 1, 24}, 80)>();
}

TEST_CASE("Simd convolution: maps in several tasks, where blocks of channels are odd in number") {
  constexpr Conv2dSpec pointwise = conv2d_spec<Kernel<1>, Strides<1>, Same>({16, 16, 192}, lanes);
  constexpr Conv2dSpec strided = conv2d_spec<Kernel<3>, Strides<2>, Valid>({31, 19, 64}, lanes);
  static_assert(graft::detail::simd::DirectConvolution<pointwise>::parts.count > 1);
  static_assert(graft::detail::simd::DirectConvolution<strided>::parts.count > 1);
  check<pointwise>();
  check<strided, Relu>();
}

TEST_CASE("Simd convolution: channels that fill no register, or several blocks") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({4, 5, 3}, 1), Relu>();
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({4, 5, 3}, 7), Tanh>();
  check<conv2d_spec<Kernel<1>, Strides<1>, Same>({3, 4, 6}, 33), Softmax>();
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({7, 7, 4}, 200), Sigmoid>();
}

TEST_CASE("Simd convolution: slices of wider maps") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({6, 7, 5}, 16, 3, 4), Relu>();
  check<conv2d_spec<Kernel<1>, Strides<1>, Same>({6, 7, 5}, 20, 3, 4), Swish>();
  check<conv2d_spec<Kernel<3>, Strides<2>, Valid>({7, 9, 5}, 16, 2, 0)>();
}

namespace {

template <Conv2dSpec S>
constexpr bool is_direct =
    std::is_same_v<graft::detail::simd::FloatAlgorithm<S>, graft::detail::simd::DirectConvolution<S>>;

}  // namespace

TEST_CASE("Simd convolution: minimal filtering where it saves work") {
  CHECK_FALSE(is_direct<conv2d_spec<Kernel<3>, Strides<1>, Same>({16, 16, 96}, 96)>);
  CHECK(Simd::conv2d_algorithm<conv2d_spec<Kernel<3>, Strides<1>, Same>({16, 16, 96}, 96)> == "Winograd");
  CHECK(Simd::conv2d_algorithm<conv2d_spec<Kernel<1>, Strides<1>, Same>({16, 16, 96}, 96)> == "direct");
  CHECK_FALSE(is_direct<conv2d_spec<Kernel<5>, Strides<1>, Same>({16, 16, 48}, 64)>);
  CHECK_FALSE(is_direct<conv2d_spec<Kernel<1, 7>, Strides<1>, Same>({7, 7, 160}, 192)>);
  CHECK_FALSE(is_direct<conv2d_spec<Kernel<7, 1>, Strides<1>, Same>({7, 7, 160}, 192)>);
  CHECK(is_direct<conv2d_spec<Kernel<1>, Strides<1>, Same>({7, 7, 768}, 192)>);
  CHECK(is_direct<conv2d_spec<Kernel<3>, Strides<2>, Same>({16, 16, 96}, 96)>);
  CHECK(is_direct<conv2d_spec<Kernel<3>, Strides<1>, Same>({16, 16, 3}, 32)>);
  CHECK(is_direct<conv2d_spec<Kernel<3>, Strides<1>, Same>({1, 1, 96}, 96)>);  // a tile for a single pixel
  CHECK(is_direct<conv2d_spec<Kernel<3>, Strides<1>, Same>({16, 16, 2048}, 32)>);
}

TEST_CASE("Simd convolution: many weights for a small map are left small") {
  using namespace graft::detail::simd;
  constexpr Conv2dSpec small = conv2d_spec<Kernel<3>, Strides<1>, Same>({14, 14, 512}, 512);
  CHECK(FloatAlgorithm<small>::packed_size == Winograd<small, 2, 2>::packed_size);
  CHECK(Winograd<small, 4, 4>::cost < Winograd<small, 2, 2>::cost);
  CHECK(weights_cost(std::size_t{2} << 20) == 0.0);
  CHECK(weights_cost((std::size_t{2} << 20) + 10 * lanes) == 320.0);
}

TEST_CASE("Simd convolution: the algorithm chosen for layers as networks have them") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({8, 12, 32}, 48), Relu>();
  check<conv2d_spec<Kernel<5>, Strides<1>, Same>({6, 6, 48}, 64, 16, 32), Relu>();
  check<conv2d_spec<Kernel<1, 7>, Strides<1>, Same>({7, 7, 64}, 96), Relu>();
  check<conv2d_spec<Kernel<7, 1>, Strides<1>, Same>({7, 7, 64}, 96), Swish>();
}

}  // namespace convolution_test
