// SPDX-License-Identifier: MIT
#include <graft/backend/simd/simd.hpp>

#include "support/kernel_runs.hpp"

namespace depthwise_convolution_test {

using namespace graft;
using namespace graft::test;

namespace {

constexpr std::size_t lanes = detail::simd::lanes,
                      block = detail::simd::DepthwisePlan<DepthwiseSpec{
                          contiguous({1, 1, 1000}), contiguous({1, 1, 1000}), {}}>::block;

template <class Kernel, class Stride, class Padding>
constexpr DepthwiseSpec make(Shape in, std::size_t multiplier = 1, std::size_t input_gap = 0,
                             std::size_t output_gap = 0) {
  using Sliding = detail::Sliding<Kernel, Stride, Padding>;
  DepthwiseSpec spec{contiguous(in), contiguous(Sliding::output(in, in[2] * multiplier)),
                     Sliding::window(in)};
  spec.input.pixel_stride += input_gap;
  spec.output.pixel_stride += output_gap;
  return spec;
}

// Against Reference, with and without bias; gaps between pixels hold NaN, which shows wherever it is read.
template <class B, DepthwiseSpec S, class Act>
void check_on() {
  const auto kernel = random_values(S.kernel_size(), 1), bias = random_values(S.output.channels, 2);
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    auto x = random_values(buffer_size(S.input, batch), 3);
    for (std::size_t i = 0; i < x.size(); ++i)
      if (i % S.input.pixel_stride >= S.input.channels) x[i] = poison(1)[0];
    for (const float* b : {bias.data(), static_cast<const float*>(nullptr)}) {
      auto expected = poison(buffer_size(S.output, batch));
      Reference::depthwise_conv2d<S, Act>(one, batch, x.data(), kernel.data(), b, expected.data());
      const auto y = same_for_any_threads<B>([&](HostContext& context) {
        auto result = poison(buffer_size(S.output, batch));
        B::template depthwise_conv2d<S, Act>(context, batch, x.data(), kernel.data(), b, result.data());
        return result;
      });
      CHECK(only_pixels_written(S.output, y));
      CHECK(difference(pixels_of(S.output, y), pixels_of(S.output, expected)) <
            sum_tolerance(S.window.height * S.window.width));
    }
  }
}

template <DepthwiseSpec S, class Act = Linear>
void check() {
  check_on<Blas, S, Act>();
  check_on<Simd, S, Act>();
}

}  // namespace

TEST_CASE("depthwise convolution: strides, padding and maps of all sizes") {
  check<make<Kernel<3>, Strides<1>, Same>({9, 17, lanes}), Relu6>();
  check<make<Kernel<3>, Strides<2>, Same>({8, 10, lanes}), Relu>();
  check<make<Kernel<3>, Strides<2>, Valid>({11, 13, lanes})>();
  check<make<Kernel<3>, Strides<2, 1>, Same>({7, 9, lanes})>();
  check<make<Kernel<5>, Strides<1>, Same>({7, 7, lanes}), Tanh>();
  check<make<Kernel<5>, Strides<2>, Same>({3, 2, lanes})>();  // windows larger than the map
  check<make<Kernel<1, 3>, Strides<1>, Same>({1, 1, lanes})>();
}

TEST_CASE("depthwise convolution: channels of whole and cut vectors and blocks") {
  check<make<Kernel<3>, Strides<1>, Same>({4, 6, 1})>();
  check<make<Kernel<3>, Strides<1>, Same>({4, 6, lanes - 1}), Softmax>();
  check<make<Kernel<3>, Strides<1>, Same>({4, 6, block})>();
  check<make<Kernel<3>, Strides<2>, Same>({4, 6, 2 * block + lanes + 3}), Relu6>();
  check<make<Kernel<3>, Strides<1>, Same>({4, 6, 2 * block + lanes + 3}, 1, 1, 2), Swish>();
}

TEST_CASE("depthwise convolution: several outputs a channel, and slices of wider maps") {
  check<make<Kernel<3>, Strides<1>, Same>({4, 6, lanes}, 2), Relu>();
  check<make<Kernel<3>, Strides<1>, Same>({5, 6, lanes + 2}, 1, 3, 4), Relu>();
  check<make<Kernel<3>, Strides<2>, Valid>({5, 6, 5}, 3, 1, 2)>();
}

}  // namespace depthwise_convolution_test
