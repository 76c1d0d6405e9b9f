// SPDX-License-Identifier: MIT
#include <graft/backend/blas/dense.hpp>

#include "support/kernel_runs.hpp"

using namespace graft;
using namespace graft::test;

namespace {

// All primitives of one fully connected layer against Reference.
template <class B, DenseSpec S, class Act = Linear>
void check() {
  const auto kernel = random_values(S.inputs * S.units, 1), bias = random_values(S.units, 2);
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    const auto x = random_values(batch * S.inputs, 3), dy = random_values(batch * S.units, 4);
    for (const float* b : {bias.data(), static_cast<const float*>(nullptr)}) {
      auto expected = poison(dy.size());
      Reference::dense<S, Act>(one, batch, x.data(), kernel.data(), b, expected.data());
      const auto y = same_for_any_threads<B>([&](auto& context) {
        auto result = poison(dy.size());
        B::template dense<S, Act>(context, batch, x.data(), kernel.data(), b, result.data());
        return result;
      });
      CHECK(difference(y, expected) < sum_tolerance(S.inputs));
    }

    std::vector<float> expected_dkernel(kernel.size()), expected_dbias(bias.size());
    Reference::dense_backward_kernel<S>(one, batch, x.data(), dy.data(), expected_dkernel.data(),
                                        expected_dbias.data());
    const auto gradients = same_for_any_threads<B>([&](auto& context) {
      auto result = poison(kernel.size() + bias.size());
      B::template dense_backward_kernel<S>(context, batch, x.data(), dy.data(), result.data(),
                                           result.data() + kernel.size());
      auto alone = poison(kernel.size());
      B::template dense_backward_kernel<S>(context, batch, x.data(), dy.data(), alone.data(), nullptr);
      CHECK(same_bits(alone, std::span{result}.first(kernel.size())));
      return result;
    });
    CHECK(difference(std::span{gradients}.first(kernel.size()), expected_dkernel) < sum_tolerance(batch));
    CHECK(difference(std::span{gradients}.subspan(kernel.size()), expected_dbias) < sum_tolerance(batch));

    const auto start = random_values(x.size(), 5);
    auto expected_dx = start;
    Reference::dense_backward_input<S>(one, batch, kernel.data(), dy.data(), expected_dx.data());
    const auto dx = same_for_any_threads<B>([&](auto& context) {
      auto result = start;
      B::template dense_backward_input<S>(context, batch, kernel.data(), dy.data(), result.data());
      return result;
    });
    CHECK(difference(dx, expected_dx) < sum_tolerance(S.units));
  }
}

}  // namespace

TEST_CASE("Blas: dense layers smaller than a block") {
  check<Blas, DenseSpec{1, 1}, Sigmoid>();
  check<Blas, DenseSpec{11, 5}, Relu>();
  check<Blas, DenseSpec{3, 63}, Softmax>();
}

TEST_CASE("Blas: dense layers of several blocks, whole and cut") {
  static_assert(Blas::column_block == 64 && Blas::row_block == 128, "the sizes below lie around the blocks");
  check<Blas, DenseSpec{128, 64}, Relu>();
  check<Blas, DenseSpec{129, 65}, Softmax>();
  check<Blas, DenseSpec{256, 128}, Tanh>();
  check<Blas, DenseSpec{1000, 130}>();
}
