// SPDX-License-Identifier: MIT
#include <graft/backend/simd/bfloat16.hpp>

#include "support/convolution_runs.hpp"

namespace bfloat16_convolution_test {

using namespace graft;
using namespace graft::test;
using graft::detail::from_bfloat16;
using graft::detail::to_bfloat16;
using namespace graft::detail::simd;

namespace {

std::vector<float> rounded(std::vector<float> values) {
  for (float& value : values) value = from_bfloat16(to_bfloat16(value));
  return values;
}

// Weights and inputs that are bfloat16 already: only sums round.
template <Conv2dSpec S, class Act = Linear>
void check_direct() {
  const auto kernel = rounded(random_values(S.patch_size() * S.output.channels, 1));
  check_algorithm<S, DirectBfloat16Convolution<S>, Act>(kernel, sum_tolerance(S.patch_size()), rounded);
}

// Both factors of a product are rounded by up to 2^-9 of themselves. How much the transformations magnify
// that was measured, 5.2 times on these values at most; 8 are allowed.
template <Conv2dSpec S, std::size_t Y, std::size_t X, class Act = Linear>
void check_winograd() {
  using Algorithm = WinogradConvolution<S, WinogradAxis<Y, 3>, WinogradAxis<X, 3>, Bfloat16Products>;
  const auto kernel = random_values(S.patch_size() * S.output.channels, 1);
  check_algorithm<S, Algorithm, Act>(kernel, 8.0 * 2.0 / 512.0);
}

template <Conv2dSpec S, class Algorithm>
constexpr bool chosen = std::is_same_v<Bfloat16Algorithm<S>, Algorithm>;

}  // namespace

TEST_CASE("bfloat16 convolution: windows that reach over every border") {
  check_direct<conv2d_spec<Kernel<3>, Strides<1>, Same>({9, 17, 6}, 16), Relu>();
  check_direct<conv2d_spec<Kernel<5>, Strides<1>, Same>({7, 6, 3}, 32), Relu6>();
  check_direct<conv2d_spec<Kernel<1, 7>, Strides<1>, Same>({5, 7, 8}, 48)>();
  check_direct<conv2d_spec<Kernel<7, 1>, Strides<1>, Same>({7, 5, 8}, 48)>();
  check_direct<conv2d_spec<Kernel<5>, Strides<1>, Same>({2, 3, 3}, 16)>();  // larger than the map
  check_direct<conv2d_spec<Kernel<3>, Strides<2>, Same>({8, 9, 4}, 16)>();
}

TEST_CASE("bfloat16 convolution: strides, valid windows, one pixel") {
  check_direct<conv2d_spec<Kernel<3>, Strides<2>, Valid>({11, 12, 5}, 32), Relu>();
  check_direct<conv2d_spec<Kernel<3>, Strides<1>, Valid>({6, 30, 4}, 16)>();
  check_direct<conv2d_spec<Kernel<1>, Strides<2>, Valid>({5, 6, 4}, 16)>();
  check_direct<conv2d_spec<Kernel<3>, Strides<3>, Valid>({3, 3, 2}, 16)>();
}

TEST_CASE("bfloat16 convolution: 1x1 takes the image as one row") {
  check_direct<conv2d_spec<Kernel<1>, Strides<1>, Same>({7, 7, 24}, 64), Relu>();
  check_direct<conv2d_spec<Kernel<1>, Strides<1>, Same>({13, 11, 18}, 40)>();
  check_direct<conv2d_spec<Kernel<1>, Strides<1>, Valid>({1, 1, 24}, 80)>();
}

TEST_CASE("bfloat16 convolution: odd channels, and channels that fill no register or several blocks") {
  check_direct<conv2d_spec<Kernel<3>, Strides<1>, Same>({4, 5, 1}, 1), Relu>();
  check_direct<conv2d_spec<Kernel<3>, Strides<1>, Same>({4, 5, 17}, 7)>();
  check_direct<conv2d_spec<Kernel<1>, Strides<1>, Same>({3, 4, 75}, 33)>();
  check_direct<conv2d_spec<Kernel<3>, Strides<1>, Same>({7, 7, 4}, 200)>();
}

TEST_CASE("bfloat16 convolution: slices of wider maps") {
  check_direct<conv2d_spec<Kernel<3>, Strides<1>, Same>({6, 7, 5}, 16, 3, 4), Relu>();
  check_direct<conv2d_spec<Kernel<1>, Strides<1>, Same>({6, 7, 20}, 20, 3, 4)>();
  check_direct<conv2d_spec<Kernel<3>, Strides<2>, Valid>({7, 9, 5}, 16, 2, 0)>();
}

TEST_CASE("bfloat16 convolution: an input that does not fit the scratch memory at once") {
  check_direct<conv2d_spec<Kernel<3, 1>, Strides<1>, Same>({65, 8, 1024}, 4)>();
  check_direct<conv2d_spec<Kernel<1>, Strides<1>, Same>({40, 9, 1026}, 4)>();
}

TEST_CASE("bfloat16 convolution by Winograd's algorithm") {
  check_winograd<conv2d_spec<Kernel<3>, Strides<1>, Same>({9, 17, 16}, 16), 4, 4, Relu>();
  check_winograd<conv2d_spec<Kernel<3>, Strides<1>, Valid>({11, 10, 18}, 40), 4, 4>();
  check_winograd<conv2d_spec<Kernel<3>, Strides<1>, Same>({2, 3, 32}, 20), 4, 4>();  // smaller than a tile
  check_winograd<conv2d_spec<Kernel<3>, Strides<1>, Same>({6, 7, 20}, 16, 3, 4), 4, 4, Relu>();
  check_winograd<conv2d_spec<Kernel<3>, Strides<1>, Same>({27, 35, 48}, 40), 4, 4>();  // several groups
  check_winograd<conv2d_spec<Kernel<3>, Strides<1>, Same>({8, 7, 48}, 64), 2, 2>();
}

TEST_CASE("bfloat16 convolution: the algorithm fits the specification") {
  constexpr Conv2dSpec image = conv2d_spec<Kernel<3>, Strides<2>, Valid>({30, 30, 3}, 32);
  static_assert(chosen<image, DirectConvolution<image>>);
  constexpr Conv2dSpec wide = conv2d_spec<Kernel<3>, Strides<1>, Same>({4, 224, 1026}, 16);
  static_assert(chosen<wide, DirectConvolution<wide>>);  // three of its rows fill the scratch memory
  constexpr Conv2dSpec pointwise = conv2d_spec<Kernel<1>, Strides<1>, Same>({7, 7, 768}, 192);
  static_assert(chosen<pointwise, DirectBfloat16Convolution<pointwise>>);
  static_assert(SimdBfloat16::packed_size<pointwise> == 768 * 192 / 2);
  constexpr Conv2dSpec square = conv2d_spec<Kernel<3>, Strides<1>, Same>({16, 16, 96}, 96);
  using Axis = WinogradAxis<4, 3>;
  static_assert(lanes < 8 || chosen<square, WinogradConvolution<square, Axis, Axis, Bfloat16Products>>);
}

TEST_CASE("bfloat16 convolution: other activations follow it") {
  constexpr Conv2dSpec spec = conv2d_spec<Kernel<1>, Strides<1>, Same>({3, 4, 16}, 33);
  const auto kernel = rounded(random_values(16 * 33, 1)), bias = random_values(33, 2),
             x = rounded(random_values(buffer_size(spec.input, 2), 3));
  HostContext context{Threads{2}};
  std::vector<float> packed(SimdBfloat16::packed_size<spec>), y(buffer_size(spec.output, 2)), expected = y;
  SimdBfloat16::pack_conv2d<spec>(context, kernel, packed.data());
  const auto check = [&]<class Act>(Act) {
    SimdBfloat16::conv2d_packed<spec, Act>(context, 2, x.data(), packed.data(), bias.data(), y.data());
    Reference::conv2d<spec, Act>(context, 2, x.data(), kernel.data(), bias.data(), expected.data());
    CHECK(difference(y, expected) < sum_tolerance(16));
  };
  check(Tanh{});
  check(Softmax{});
}

}  // namespace bfloat16_convolution_test
