// SPDX-License-Identifier: MIT
#include <graft/backend/simd/convolution.hpp>
#include <graft/backend/simd/simd.hpp>

#include "support/kernel_runs.hpp"

using namespace graft;
using namespace graft::test;
using graft::detail::simd::lanes;

namespace {

template <class Kernel, class Stride, class Padding>
constexpr Conv2dSpec make(Shape in, std::size_t filters, std::size_t input_gap = 0,
                          std::size_t output_gap = 0) {
  using Sliding = graft::detail::Sliding<Kernel, Stride, Padding>;
  Conv2dSpec spec{contiguous(in), contiguous(Sliding::output(in, filters)), Sliding::window(in)};
  spec.input.pixel_stride += input_gap;
  spec.output.pixel_stride += output_gap;
  return spec;
}

// The packed convolution against Reference. Gaps hold NaN: a kernel that reads or writes them shows it.
template <Conv2dSpec S, class Act = Linear>
void check() {
  const auto kernel = random_values(S.patch_size() * S.output.channels, 1);
  auto bias = random_values(S.output.channels, 2);
  std::vector<float> packed(Simd::packed_size<S>);
  HostContext one{Threads{1}};
  Simd::pack_conv2d<S>(one, kernel, packed.data());
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    auto x = random_values(buffer_size(S.input, batch), 3);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (i % S.input.pixel_stride >= S.input.channels) x[i] = poison(1)[0];
    auto expected = poison(buffer_size(S.output, batch));
    Reference::conv2d<S, Act>(one, batch, x.data(), kernel.data(), bias.data(), expected.data());
    const auto y = same_for_any_threads<Simd>([&](auto& context) {
      auto result = poison(buffer_size(S.output, batch));
      Simd::conv2d_packed<S, Act>(context, batch, x.data(), packed.data(), bias.data(), result.data());
      return result;
    });
    CHECK(only_pixels_written(S.output, y));
    CHECK(difference(pixels_of(S.output, y), pixels_of(S.output, expected)) < sum_tolerance(S.patch_size()));
  }
}

}  // namespace

TEST_CASE("Simd convolution: windows that reach over every border") {
  check<make<Kernel<3>, Strides<1>, Same>({9, 17, 5}, 16), Relu>();
  check<make<Kernel<5>, Strides<1>, Same>({7, 6, 3}, 32), Relu>();
  check<make<Kernel<1, 7>, Strides<1>, Same>({5, 7, 8}, 48)>();
  check<make<Kernel<7, 1>, Strides<1>, Same>({7, 5, 8}, 48)>();
  check<make<Kernel<5>, Strides<1>, Same>({2, 3, 3}, 16)>();  // larger than the map
  check<make<Kernel<3>, Strides<2>, Same>({8, 9, 4}, 16)>();
}

TEST_CASE("Simd convolution: strides, valid windows, one pixel") {
  check<make<Kernel<3>, Strides<2>, Valid>({11, 12, 3}, 32), Relu>();
  check<make<Kernel<3>, Strides<1>, Valid>({6, 30, 4}, 16)>();
  check<make<Kernel<1>, Strides<2>, Valid>({5, 6, 4}, 16)>();
  check<make<Kernel<3>, Strides<3>, Valid>({3, 3, 2}, 16)>();
}

TEST_CASE("Simd convolution: 1x1 takes the image as one row") {
  check<make<Kernel<1>, Strides<1>, Same>({7, 7, 24}, 64), Relu>();
  check<make<Kernel<1>, Strides<1>, Valid>({1, 1, 24}, 80)>();
}

TEST_CASE("Simd convolution: maps in several tasks, where blocks of channels are odd in number") {
  constexpr Conv2dSpec pointwise = make<Kernel<1>, Strides<1>, Same>({16, 16, 192}, lanes);
  constexpr Conv2dSpec strided = make<Kernel<3>, Strides<2>, Valid>({31, 19, 64}, lanes);
  static_assert(graft::detail::simd::DirectConvolution<pointwise>::parts.count > 1);
  static_assert(graft::detail::simd::DirectConvolution<strided>::parts.count > 1);
  check<pointwise>();
  check<strided, Relu>();
}

TEST_CASE("Simd convolution: channels that fill no register, or several blocks") {
  check<make<Kernel<3>, Strides<1>, Same>({4, 5, 3}, 1), Relu>();
  check<make<Kernel<3>, Strides<1>, Same>({4, 5, 3}, 7), Tanh>();
  check<make<Kernel<1>, Strides<1>, Same>({3, 4, 6}, 33), Softmax>();
  check<make<Kernel<3>, Strides<1>, Same>({7, 7, 4}, 200)>();
}

TEST_CASE("Simd convolution: slices of wider maps") {
  check<make<Kernel<3>, Strides<1>, Same>({6, 7, 5}, 16, 3, 4), Relu>();
  check<make<Kernel<1>, Strides<1>, Same>({6, 7, 5}, 20, 3, 4)>();
  check<make<Kernel<3>, Strides<2>, Valid>({7, 9, 5}, 16, 2, 0)>();
}

namespace {

template <Conv2dSpec S>
constexpr bool is_direct =
    std::is_same_v<graft::detail::SimdConvolution::Algorithm<S>, graft::detail::simd::DirectConvolution<S>>;

}  // namespace

TEST_CASE("Simd convolution: minimal filtering where it saves work") {
  CHECK_FALSE(is_direct<make<Kernel<3>, Strides<1>, Same>({16, 16, 96}, 96)>);
  CHECK_FALSE(is_direct<make<Kernel<5>, Strides<1>, Same>({16, 16, 48}, 64)>);
  CHECK_FALSE(is_direct<make<Kernel<1, 7>, Strides<1>, Same>({7, 7, 160}, 192)>);
  CHECK_FALSE(is_direct<make<Kernel<7, 1>, Strides<1>, Same>({7, 7, 160}, 192)>);
  CHECK(is_direct<make<Kernel<1>, Strides<1>, Same>({7, 7, 768}, 192)>);
  CHECK(is_direct<make<Kernel<3>, Strides<2>, Same>({16, 16, 96}, 96)>);
  CHECK(is_direct<make<Kernel<3>, Strides<1>, Same>({16, 16, 3}, 32)>);
  CHECK(is_direct<make<Kernel<3>, Strides<1>, Same>({1, 1, 96}, 96)>);  // a tile for a single pixel
  CHECK(is_direct<make<Kernel<3>, Strides<1>, Same>({16, 16, 2048}, 32)>);
}

TEST_CASE("Simd convolution: the algorithm chosen for layers as networks have them") {
  check<make<Kernel<3>, Strides<1>, Same>({8, 12, 32}, 48), Relu>();
  check<make<Kernel<5>, Strides<1>, Same>({6, 6, 48}, 64, 16, 32), Relu>();
  check<make<Kernel<1, 7>, Strides<1>, Same>({7, 7, 64}, 96), Relu>();
  check<make<Kernel<7, 1>, Strides<1>, Same>({7, 7, 64}, 96)>();
}
