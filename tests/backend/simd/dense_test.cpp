// SPDX-License-Identifier: MIT
#include <graft/backend/simd/simd.hpp>

#include "support/dense_runs.hpp"

namespace dense_test {

using namespace graft;
using namespace graft::test;

namespace {

constexpr std::size_t lanes = detail::simd::lanes, block = detail::simd::DensePlan<DenseSpec{1, 1}>::block;

// What follows a Relu: mostly zeros.
std::vector<float> sparse_values(std::size_t count, unsigned seed) {
  auto values = random_values(count, seed);
  for (float& value : values) value = std::max(0.0f, value - 0.4f);
  return values;
}

}  // namespace

TEST_CASE("factors come in runs without zeros, as many as there is room for") {
  detail::simd::Factors<3, 4> factors;
  factors.add(0.0f, 1);
  factors.add(-2.0f, 5);
  factors.end_run();
  factors.end_run();
  factors.add(3.0f, 7);
  factors.add(0.0f, 8);
  factors.end_run();
  CHECK(factors[0].count == 1);
  CHECK(*factors[0].value == -2.0f);
  CHECK(*factors[0].offset == 5);
  CHECK(factors[1].count == 0);
  CHECK(factors[2].count == 1);
  CHECK(*factors[2].value == 3.0f);
  CHECK(*factors[2].offset == 7);
  factors.clear();
  for (std::size_t i = 0; i < 4; ++i) factors.add(1.0f, i);
  factors.end_run();
  CHECK(factors[0].count == 4);
}

TEST_CASE("Simd: dense layers too narrow for vectors") {
  check_dense<Simd, DenseSpec{1, 1}, Sigmoid>();
  check_dense<Simd, DenseSpec{11, lanes - 1}, Relu>();
}

TEST_CASE("Simd: dense layers of whole and cut vectors, blocks and groups of rows") {
  check_dense<Simd, DenseSpec{7, lanes}, Relu>();
  check_dense<Simd, DenseSpec{97, lanes + 1}, Softmax>();
  check_dense<Simd, DenseSpec{256, block}, Tanh>();
  check_dense<Simd, DenseSpec{301, block + 3}, Sigmoid>();
  check_dense<Simd, DenseSpec{1000, 2 * block + lanes}>();
}

TEST_CASE("Simd: zeros are left out, and the result is the same") {
  constexpr DenseSpec S{203, block + 5};
  const auto kernel = random_values(S.inputs * S.units, 1), bias = random_values(S.units, 2);
  HostContext one{Threads{1}};
  for (const std::size_t batch : batches) {
    const auto x = sparse_values(batch * S.inputs, 3), dy = random_values(batch * S.units, 4);
    auto expected = poison(dy.size());
    Reference::dense<S, Relu>(one, batch, x.data(), kernel.data(), bias.data(), expected.data());
    const auto y = same_for_any_threads<Simd>([&](auto& context) {
      auto result = poison(dy.size());
      Simd::dense<S, Relu>(context, batch, x.data(), kernel.data(), bias.data(), result.data());
      return result;
    });
    CHECK(difference(y, expected) < sum_tolerance(S.inputs));
    check_dense_update<Simd, S>(batch, x, dy, kernel, bias);
  }
}

TEST_CASE("Simd: an image has the same bits in every batch, whether that reads all rows of weights or few") {
  constexpr DenseSpec S{203, block + 5};
  constexpr std::size_t batch = Simd::reads_all + 3;
  const auto kernel = random_values(S.inputs * S.units, 1), bias = random_values(S.units, 2);
  const auto x = sparse_values(batch * S.inputs, 3);
  HostContext context{Threads{2}};
  auto many = poison(batch * S.units), few = many;
  Simd::dense<S, Relu>(context, batch, x.data(), kernel.data(), bias.data(), many.data());
  for (std::size_t image = 0; image < batch; ++image)
    Simd::dense<S, Relu>(context, 1, x.data() + image * S.inputs, kernel.data(), bias.data(),
                         few.data() + image * S.units);
  CHECK(same_bits(many, few));
}

TEST_CASE("Simd: a large batch, by way of Blas") {
  constexpr DenseSpec S{20, lanes};
  constexpr std::size_t batch = Simd::most_batch + 1;
  const auto kernel = random_values(S.inputs * S.units, 1), bias = random_values(S.units, 2);
  const auto x = random_values(batch * S.inputs, 3), dy = random_values(batch * S.units, 4);
  HostContext context{Threads{2}};
  auto expected = poison(dy.size()), y = poison(dy.size());
  Reference::dense<S, Relu>(context, batch, x.data(), kernel.data(), bias.data(), expected.data());
  Simd::dense<S, Relu>(context, batch, x.data(), kernel.data(), bias.data(), y.data());
  CHECK(difference(y, expected) < sum_tolerance(S.inputs));
  check_dense_update<Simd, S>(batch, x, dy, kernel, bias);
}

TEST_CASE("Simd: inside a task a dense layer has the thread's own memory, or Blas") {
  const auto check = []<DenseSpec S>() {
    constexpr std::size_t images = 8;
    const auto kernel = random_values(S.inputs * S.units, 1), x = random_values(images * S.inputs, 3);
    HostContext context{Threads{3}};
    auto expected = poison(images * S.units), y = poison(images * S.units);
    Reference::dense<S, Relu>(context, images, x.data(), kernel.data(), nullptr, expected.data());
    context.team().run(images, [&](std::size_t i, std::size_t) {
      Simd::dense<S, Relu>(context, 1, x.data() + i * S.inputs, kernel.data(), nullptr,
                           y.data() + i * S.units);
    });
    CHECK(difference(y, expected) < sum_tolerance(S.inputs));
  };
  check.operator()<DenseSpec{300, block}>();
  static_assert(16 * 8200 > HostContext::scratch_size);
  check.operator()<DenseSpec{300, 8200}>();
}

TEST_CASE("Simd: a weight that is no number shows wherever its input is not zero") {
  constexpr DenseSpec S{3, lanes};
  auto kernel = random_values(S.inputs * S.units, 1);
  kernel[S.units] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> x{1.0f, 1.0f, 1.0f, 1.0f, 0.0f, 1.0f};
  std::vector<float> y(2 * S.units);
  HostContext context{Threads{1}};
  Simd::dense<S, Linear>(context, 2, x.data(), kernel.data(), nullptr, y.data());
  CHECK(std::isnan(y[0]));
  CHECK(!std::isnan(y[1]));
  CHECK(!std::isnan(y[S.units]));
}

}  // namespace dense_test
