// SPDX-License-Identifier: MIT
#include <graft/backend/simd/simd.hpp>

#include "support/kernel_runs.hpp"

namespace elementwise_test {

using namespace graft;
using namespace graft::test;

namespace {

constexpr std::size_t lanes = detail::simd::lanes;

constexpr ImageLayout with_gap(Shape shape, std::size_t gap) {
  ImageLayout layout = contiguous(shape);
  layout.pixel_stride += gap;
  return layout;
}

constexpr ElementwiseSpec make(Shape shape, std::size_t input_gap = 0, std::size_t output_gap = 0) {
  return {with_gap(shape, input_gap), with_gap(shape, output_gap)};
}

// Random pixels with NaN in the gaps between them.
std::vector<float> pixels_with_gaps(const ImageLayout& layout, std::size_t batch, std::uint32_t subject) {
  auto values = random_values(buffer_size(layout, batch), subject);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (i % layout.pixel_stride >= layout.channels) values[i] = poison(1)[0];
  return values;
}

template <ElementwiseSpec S, class Act>
void check() {
  const auto scale = random_values(S.input.channels, 1), shift = random_values(S.input.channels, 2);
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    const auto x = pixels_with_gaps(S.input, batch, 3), term = pixels_with_gaps(S.output, batch, 4);
    const auto both = [&](const ImageLayout& layout, const std::vector<float>& before, auto&& run) {
      auto expected = before;
      run(Reference{}, one, expected.data());
      const auto y = same_for_any_threads<Simd>([&](HostContext& context) {
        auto result = before;
        run(Simd{}, context, result.data());
        return result;
      });
      CHECK(only_pixels_written(layout, y));
      CHECK(difference(pixels_of(layout, y), pixels_of(layout, expected)) < sum_tolerance(2));
    };
    const auto nothing = poison(buffer_size(S.output, batch));
    both(S.output, nothing, [&]<class B>(B, HostContext& context, float* y) {
      B::template activation<S, Act>(context, batch, x.data(), y);
    });
    both(S.output, nothing, [&]<class B>(B, HostContext& context, float* y) {
      B::template scale_shift<S, Act>(context, batch, x.data(), scale.data(), shift.data(), y);
    });
    both(S.input, x, [&]<class B>(B, HostContext& context, float* y) {
      B::template accumulate<S, Act>(context, batch, term.data(), y);
    });
  }
}

// Runs a primitive of Simd and of Reference into maps of L; the results agree to `tolerance`.
template <ImageLayout L, class Run>
void check_map(Run&& run, double tolerance) {
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
  const auto x = pixels_with_gaps(same.input, 7, 1), other = pixels_with_gaps(same.output, 7, 2),
             factors = random_values(7 * In[2], 3);
  check_map<same.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template activation<same, Swish>(context, batch, x.data(), y);
      },
      1e-6);
  check_map<same.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template activation<same, Sigmoid>(context, batch, x.data(), y);
      },
      1e-6);
  check_map<pooled.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template global_average_pool<pooled>(context, batch, x.data(), y);
      },
      0.0);
  check_map<same.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template multiply<scaled>(context, batch, x.data(), factors.data(), y);
      },
      0.0);
  check_map<same.output>(
      [&]<class B>(std::type_identity<B>, auto& context, std::size_t batch, float* y) {
        B::template multiply<product>(context, batch, x.data(), other.data(), y);
      },
      0.0);
}

}  // namespace

TEST_CASE("activations, sums and scaling: channels of whole and cut vectors, slices of wider maps") {
  check<make({5, 3, 2 * lanes}), Relu>();
  check<make({5, 3, lanes + 3}), Relu6>();
  check<make({4, 2, 1}), Linear>();
  check<make({4, 3, lanes + 1}, 2, 0), Relu>();
  check<make({4, 3, lanes}, 0, 5), Linear>();
  check<make({3, 3, lanes - 1}, 1, 4), Relu6>();
  check<make({2, 3, 2 * lanes + 1}), Softmax>();
  check<make({2, 3, lanes}, 3, 1), Tanh>();
  check<make({3, 2, lanes + 2}, 1, 0), Swish>();
  check<make({4 * lanes + 7}), Relu>();
}

TEST_CASE("activations, products and means of whole and cut vectors, on maps of their own") {
  check_all<Shape{3, 5, 2 * lanes}, 0>();
  check_all<Shape{2, 3, lanes + 3}, 0>();
  check_all<Shape{4, 1, 5}, 0>();
}

TEST_CASE("activations, products and means in slices of wider maps") {
  check_all<Shape{3, 2, 2 * lanes + 1}, 3>();
}

}  // namespace elementwise_test
