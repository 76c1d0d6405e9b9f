// SPDX-License-Identifier: MIT
#include <graft/backend/simd/simd.hpp>

#include "support/kernel_runs.hpp"

using namespace graft;
using namespace graft::test;

namespace {

constexpr std::size_t lanes = detail::simd::lanes;

constexpr ImageLayout with_gap(Shape shape, std::size_t gap) {
  ImageLayout layout = contiguous(shape);
  layout.pixel_stride += gap;
  return layout;
}

// Values in a layout, NaN in its gaps.
std::vector<float> map_of(const ImageLayout& layout, std::size_t batch, std::uint32_t subject) {
  auto values = random_values(buffer_size(layout, batch), subject);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (i % layout.pixel_stride >= layout.channels) values[i] = poison(1)[0];
  return values;
}

// Runs a primitive of Simd and of Reference into maps of L; the results agree to `tolerance`.
template <ImageLayout L, class Run>
void check(Run&& run, double tolerance) {
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    HostContext one{Threads{1}};
    auto expected = poison(buffer_size(L, batch));
    run(std::type_identity<Reference>{}, one, batch, expected.data());
    const auto y = same_for_any_threads<Simd>([&](HostContext& context) {
      auto result = poison(buffer_size(L, batch));
      run(std::type_identity<Simd>{}, context, batch, result.data());
      return result;
    });
    CHECK(only_pixels_written(L, y));
    CHECK(difference(pixels_of(L, y), pixels_of(L, expected)) <= tolerance);
  }
}

template <Shape In, std::size_t Gap>
void check_all() {
  static constexpr ElementwiseSpec same{with_gap(In, Gap), with_gap(In, 2 * Gap)};
  static constexpr ElementwiseSpec pooled{same.input, contiguous({In[2]})};
  [[maybe_unused]] static constexpr MultiplySpec scaled{same.input, contiguous({1, 1, In[2]}), same.output};
  [[maybe_unused]] static constexpr MultiplySpec product{same.input, same.output, same.output};
  const auto x = map_of(same.input, 7, 1), other = map_of(same.output, 7, 2),
             factors = random_values(7 * In[2], 3);
  check<same.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template activation<same, Swish>(context, batch, x.data(), y);
      },
      1e-6);
  check<same.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template activation<same, Sigmoid>(context, batch, x.data(), y);
      },
      1e-6);
  check<pooled.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template global_average_pool<pooled>(context, batch, x.data(), y);
      },
      0.0);
  check<same.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template multiply<scaled>(context, batch, x.data(), factors.data(), y);
      },
      0.0);
  check<same.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template multiply<product>(context, batch, x.data(), other.data(), y);
      },
      0.0);
}

}  // namespace

TEST_CASE("activations, products and means of whole and cut vectors, on maps of their own") {
  check_all<Shape{3, 5, 2 * lanes}, 0>();
  check_all<Shape{2, 3, lanes + 3}, 0>();
  check_all<Shape{4, 1, 5}, 0>();
}

TEST_CASE("activations, products and means in slices of wider maps") {
  check_all<Shape{3, 2, 2 * lanes + 1}, 3>();
}
