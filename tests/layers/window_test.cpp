// SPDX-License-Identifier: MIT
#include <graft/layers/window.hpp>

#include <doctest/doctest.h>

namespace window_test {

using namespace graft;

// Options are found whatever their order.
static_assert(std::is_same_v<detail::Option<detail::IsPadding, Valid, Relu, Strides<2>, Same>::type, Same>);
static_assert(std::is_same_v<detail::Option<detail::IsPadding, Valid, Relu, Strides<2>>::type, Valid>);
static_assert(std::is_same_v<detail::Option<detail::IsActivation, Linear, Same, Tanh>::type, Tanh>);
static_assert(
    std::is_same_v<detail::Option<detail::IsStrides, Strides<1>, Same, Strides<2, 3>>::type, Strides<2, 3>>);
static_assert(detail::has_option<NoBias, Same, NoBias> && !detail::has_option<NoBias, Same>);

TEST_CASE("valid counts whole windows: floor((n - k) / s) + 1, no padding") {
  for (std::size_t n = 1; n <= 12; ++n)
    for (std::size_t kernel = 1; kernel <= 7; ++kernel)
      for (std::size_t stride = 1; stride <= 4; ++stride) {
        const auto [output, before] = detail::slide(n, kernel, stride, false);
        std::size_t windows = 0;
        for (std::size_t begin = 0; begin + kernel <= n; begin += stride) ++windows;
        CHECK(output == windows);
        CHECK(before == 0);
      }
}

TEST_CASE("same has ceil(n / s) windows; of an odd padding the larger half comes after") {
  for (std::size_t n = 1; n <= 12; ++n)
    for (std::size_t kernel = 1; kernel <= 7; ++kernel)
      for (std::size_t stride = 1; stride <= 4; ++stride) {
        const auto [output, before] = detail::slide(n, kernel, stride, true);
        CHECK(output == (n % stride == 0 ? n / stride : n / stride + 1));
        const std::size_t covered = (output - 1) * stride + kernel;
        const std::size_t total = covered > n ? covered - n : 0;
        CHECK(before == total / 2);
        CHECK(before < kernel);  // so no window lies outside the image
        CHECK((output - 1) * stride < n + before);
      }
}

TEST_CASE("known geometries of Inception v3") {
  using Pool = detail::Sliding<Kernel<3>, Strides<1>, Same>;
  CHECK(Pool::window({35, 35, 192}) == Window{3, 3, 1, 1, 1, 1});
  using Long = detail::Sliding<Kernel<1, 7>, Strides<1>, Same>;
  CHECK(Long::window({17, 17, 128}) == Window{1, 7, 1, 1, 0, 3});
  using Reduction = detail::Sliding<Kernel<3>, Strides<2>, Valid>;
  CHECK(Reduction::window({35, 35, 288}) == Window{3, 3, 2, 2, 0, 0});
  CHECK(Reduction::output({35, 35, 288}, 384) == Shape{17, 17, 384});
  CHECK_FALSE(Reduction::fits({2, 35, 3}));
  CHECK_FALSE(Reduction::fits({35, 35}));
  CHECK_FALSE(Pool::fits({0, 35, 3}));
}

}  // namespace window_test
