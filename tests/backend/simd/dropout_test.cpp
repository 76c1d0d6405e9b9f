// SPDX-License-Identifier: MIT
#include <graft/backend/simd/simd.hpp>

#include "support/kernel_runs.hpp"

namespace simd_dropout_test {

using namespace graft;
using namespace graft::test;

namespace {

constexpr Philox key{0x123456789abcdefULL, 2, 3};

template <ElementwiseSpec S, DropoutRule Rule>
void check() {
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    const auto x = random_values(buffer_size(S.input, batch), 1);
    const auto dy = random_values(buffer_size(S.output, batch), 2);
    const auto run = [&]<class B>(B, HostContext& context) {
      auto y = poison(dy.size()), dx = x;
      B::template dropout<S, Rule>(context, batch, key, x.data(), y.data());
      B::template dropout_backward<S, Rule>(context, batch, key, dy.data(), dx.data());
      y.insert(y.end(), dx.begin(), dx.end());
      return y;
    };
    const auto result =
        same_for_any_threads<Simd>([&](HostContext& context) { return run(Simd{}, context); });
    CHECK(same_bits(result, run(Reference{}, one)));
  }
}

constexpr ElementwiseSpec make(Shape shape, std::size_t output_gap = 0) {
  ImageLayout output = contiguous(shape);
  output.pixel_stride += output_gap;
  return {contiguous(shape), output};
}

}  // namespace

TEST_CASE("Simd: dropout has Reference's mask, in whole and cut blocks and tasks") {
  check<make(Shape{1}), DropoutRule{20}>();
  check<make(Shape{64}), DropoutRule{50}>();
  check<make(Shape{67}), DropoutRule{2, 1000}>();
  check<make(Shape{4096}), DropoutRule{20}>();
  check<make(Shape{5, 9, 33}), DropoutRule{99}>();
  check<make(Shape{7, 11, 53}), DropoutRule{1}>();
}

TEST_CASE("Simd: dropout of whole samples and of maps with gaps") {
  check<make(Shape{3, 4, 5}), DropoutRule{30, 100, true}>();
  check<make(Shape{3, 4, 5}, 2), DropoutRule{30}>();
}

}  // namespace simd_dropout_test
