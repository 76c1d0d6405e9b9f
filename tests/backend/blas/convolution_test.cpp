// SPDX-License-Identifier: MIT
#include <graft/backend/blas/convolution.hpp>

#include "support/kernel_runs.hpp"

namespace convolution_test {

using namespace graft;
using namespace graft::test;

namespace {

/// The specification of a convolution whose input and output lie in slices of wider maps.
template <class Kernel, class Stride, class Padding>
constexpr Conv2dSpec make(Shape in, std::size_t filters, std::size_t input_gap = 0,
                          std::size_t output_gap = 0) {
  using Sliding = graft::detail::Sliding<Kernel, Stride, Padding>;
  Conv2dSpec spec{contiguous(in), contiguous(Sliding::output(in, filters)), Sliding::window(in)};
  spec.input.pixel_stride += input_gap;
  spec.output.pixel_stride += output_gap;
  return spec;
}

// All primitives of one convolution against Reference.
template <class B, Conv2dSpec S, class Act = Linear>
void check() {
  const auto kernel = random_values(S.patch_size() * S.output.channels, 1);
  const auto bias = random_values(S.output.channels, 2);
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    // Gaps hold NaN: a kernel that reads them shows it.
    const auto in_slice = [&](const ImageLayout& layout, std::uint32_t subject) {
      auto values = random_values(buffer_size(layout, batch), subject);
      for (std::size_t i = 0; i < values.size(); ++i)
        if (i % layout.pixel_stride >= layout.channels) values[i] = poison(1)[0];
      return values;
    };
    const auto x = in_slice(S.input, 3), dy = in_slice(S.output, 4);

    for (const float* b : {bias.data(), static_cast<const float*>(nullptr)}) {
      auto expected = poison(buffer_size(S.output, batch));
      Reference::conv2d<S, Act>(one, batch, x.data(), kernel.data(), b, expected.data());
      const auto y = same_for_any_threads<B>([&](auto& context) {
        auto result = poison(buffer_size(S.output, batch));
        B::template conv2d<S, Act>(context, batch, x.data(), kernel.data(), b, result.data());
        return result;
      });
      CHECK(only_pixels_written(S.output, y));
      CHECK(difference(pixels_of(S.output, y), pixels_of(S.output, expected)) <
            sum_tolerance(S.patch_size()));
    }

    std::vector<float> expected_dkernel(kernel.size()), expected_dbias(bias.size());
    Reference::conv2d_backward_kernel<S>(one, batch, x.data(), dy.data(), expected_dkernel.data(),
                                         expected_dbias.data());
    const auto gradients = same_for_any_threads<B>([&](auto& context) {
      auto result = poison(kernel.size() + bias.size());
      B::template conv2d_backward_kernel<S>(context, batch, x.data(), dy.data(), result.data(),
                                            result.data() + kernel.size());
      auto alone = poison(kernel.size());
      B::template conv2d_backward_kernel<S>(context, batch, x.data(), dy.data(), alone.data(), nullptr);
      CHECK(same_bits(alone, std::span{result}.first(kernel.size())));
      return result;
    });
    const double tolerance = sum_tolerance(batch * S.output.pixels());
    CHECK(difference(std::span{gradients}.first(kernel.size()), expected_dkernel) < tolerance);
    CHECK(difference(std::span{gradients}.subspan(kernel.size()), expected_dbias) < tolerance);

    const auto start = in_slice(S.input, 5);
    auto expected_dx = start;
    Reference::conv2d_backward_input<S>(one, batch, kernel.data(), dy.data(), expected_dx.data());
    const auto dx = same_for_any_threads<B>([&](auto& context) {
      auto result = start;
      B::template conv2d_backward_input<S>(context, batch, kernel.data(), dy.data(), result.data());
      return result;
    });
    CHECK(only_pixels_written(S.input, dx));
    CHECK(difference(pixels_of(S.input, dx), pixels_of(S.input, expected_dx)) <
          sum_tolerance(S.window.height * S.window.width * S.output.channels));
  }
}

}  // namespace

TEST_CASE("Blas: slices of maps") {
  check<Blas, make<Kernel<3>, Strides<1>, Same>({5, 6, 4}, 5, 3, 2), Relu>();
  check<Blas, make<Kernel<3>, Strides<2>, Valid>({7, 8, 3}, 4, 0, 7)>();
  check<Blas, make<Kernel<1>, Strides<1>, Same>({4, 5, 6}, 3, 5, 4), Sigmoid>();
  check<Blas, make<Kernel<1>, Strides<1>, Same>({1, 1, 6}, 3, 5, 4), Softmax>();
}

TEST_CASE("Blas: all strides") {
  check<Blas, make<Kernel<3>, Strides<1, 2>, Same>({5, 7, 2}, 3)>();
  check<Blas, make<Kernel<3>, Strides<2, 1>, Valid>({6, 5, 2}, 3)>();
  check<Blas, make<Kernel<2>, Strides<3>, Same>({7, 8, 2}, 3, 1, 1)>();
  check<Blas, make<Kernel<1>, Strides<2>, Same>({5, 6, 4}, 3)>();
  check<Blas, make<Kernel<1>, Strides<3, 2>, Valid>({8, 6, 4}, 3)>();
}

TEST_CASE("Blas: odd sizes and kernels larger than the map") {
  check<Blas, make<Kernel<5>, Strides<1>, Same>({2, 3, 3}, 4)>();
  check<Blas, make<Kernel<7>, Strides<2>, Same>({3, 2, 1}, 1, 1, 1)>();
  check<Blas, make<Kernel<1, 7>, Strides<1>, Same>({3, 4, 2}, 5)>();
  check<Blas, make<Kernel<7, 1>, Strides<1>, Same>({4, 3, 2}, 5)>();
  check<Blas, make<Kernel<4, 2>, Strides<1>, Same>({5, 5, 3}, 1)>();
  check<Blas, make<Kernel<3>, Strides<1>, Valid>({3, 3, 1}, 17)>();
}

TEST_CASE("Blas: layers whose patches fill the scratch memory more than once") {
  constexpr Conv2dSpec wide = make<Kernel<3>, Strides<1>, Same>({20, 21, 64}, 3);
  static_assert(wide.patch_size() * wide.output.pixels() > HostContext::scratch_size);
  check<Blas, wide, Relu>();
  constexpr Conv2dSpec pointwise = make<Kernel<1>, Strides<1>, Same>({30, 31, 160}, 2, 1, 1);
  static_assert(pointwise.patch_size() * pointwise.output.pixels() > HostContext::scratch_size);
  check<Blas, pointwise>();
}

TEST_CASE("Blas: conv2d_packed reads what pack_conv2d wrote") {
  constexpr Conv2dSpec spec = make<Kernel<3>, Strides<1>, Same>({5, 6, 4}, 5);
  const auto x = random_values(2 * spec.input.size(), 1);
  const auto kernel = random_values(spec.patch_size() * spec.output.channels, 2), bias = random_values(5, 3);
  HostContext context{Threads{2}};
  auto packed = poison(Blas::packed_size<spec>), y = poison(2 * spec.output.size()), expected = y;
  Blas::pack_conv2d<spec>(context, kernel, packed.data());
  Blas::conv2d_packed<spec, Relu>(context, 2, x.data(), packed.data(), bias.data(), y.data());
  Reference::conv2d<spec, Relu>(context, 2, x.data(), kernel.data(), bias.data(), expected.data());
  CHECK(difference(y, expected) < sum_tolerance(spec.patch_size()));
}

}  // namespace convolution_test
