// SPDX-License-Identifier: MIT
#include "model/small_network.hpp"
#include "support/backends.hpp"
#include "support/counting_backend.hpp"
#include "support/passes.hpp"

namespace prepare_test {

using namespace graft;
using namespace graft::test;

namespace {

// Folded, each weight is rounded once more, and the products of up to 150 terms are summed in another order.
template <class B, LayeredNetwork N>
void check_folding(std::uint32_t subject) {
  const std::size_t batch = 3;
  const auto input = random_values(batch * N::input_shape.size(), subject);
  const auto parameters = trained_parameters<N>(subject + 1);
  const auto plain = forward_pass<N, B, inference_mode>(batch, input, parameters);
  CHECK(difference(forward_pass<N, B, frozen_mode>(batch, input, parameters), plain) < 1e-5);
}

template <class... Layers>
using Map = detail::Bound<Shape{6, 5, 16}, Sequential<Layers...>>;
template <class... Layers>
using Vector = detail::Bound<Shape{11}, Sequential<Layers...>>;

}  // namespace

TEST_CASE_TEMPLATE("batch normalisation folded into a convolution computes the same", B,
                   GRAFT_MODEL_BACKENDS) {
  check_folding<B, Map<Conv2D<7, Kernel<3>, Same>, BatchNormalization<>, Activation<Relu>>>(1);
  check_folding<B, Map<Conv2D<7, Kernel<3>, NoBias>, BatchNormalization<NoScale>, Activation<Tanh>>>(2);
  check_folding<B, Map<Conv2D<16, Kernel<1>>, BatchNormalization<NoCenter>>>(3);
  check_folding<B, Map<Conv2D<3, Kernel<1, 3>, NoBias>, BatchNormalization<NoScale, NoCenter>,
                       Activation<Sigmoid>, Conv2D<2, Kernel<2>>>>(4);
  check_folding<
      B, Map<Conv2D<5, Kernel<3>, Strides<2>>, BatchNormalization<Epsilon<std::ratio<1001, 100000000>>>>>(5);
  check_folding<B, Map<Conv2D<5, Kernel<3>, Relu>, BatchNormalization<>, Activation<Relu>>>(6);
}

TEST_CASE_TEMPLATE("batch normalisation folded into a dense layer computes the same", B,
                   GRAFT_MODEL_BACKENDS) {
  check_folding<B, Vector<Dense<6>, BatchNormalization<>, Activation<Relu>, Dense<2>>>(7);
  check_folding<B, Vector<Dense<6, NoBias>, BatchNormalization<NoScale>, Activation<Softmax>>>(8);
}

TEST_CASE("a dense layer that nothing is folded into is not kept twice, where kernels read host memory") {
  using Plain = Vector<Dense<6, Relu>>;
  CHECK(detail::prepared_total<Plain, Simd> == 0);
  CHECK(detail::prepared_total<Plain, Counting> >= Plain::input_shape.size() * 6 + 6);
  CHECK(detail::prepared_total<Vector<Dense<6>, BatchNormalization<>>, Simd> >= 11 * 6 + 6);
  CHECK(detail::prepared_total<Vector<Dense<6, NoBias>>, Simd> >= 11 * 6 + 6);
}

TEST_CASE_TEMPLATE("a backbone with branches computes the same when it is folded", B, GRAFT_MODEL_BACKENDS) {
  check_folding<B, SmallBackbone>(9);
  check_folding<B, SmallBackbone::Until<"mixed">>(10);
  check_folding<B, SmallBackbone::Until<"bn_2">>(11);
}

}  // namespace prepare_test
