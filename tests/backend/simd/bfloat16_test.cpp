// SPDX-License-Identifier: MIT
#include <graft/applications/inception_v3.hpp>
#include <graft/backend/simd/bfloat16.hpp>
#include <graft/model/extractor.hpp>

#include "support/values.hpp"
#include <doctest/doctest.h>

namespace bfloat16_test {

using namespace graft;
using namespace graft::test;

static_assert(Backend<SimdBfloat16>);

namespace {

using Net = InceptionV3<Image<75, 75>>::Until<"mixed0">;

template <class B>
Extractor<Net, B> initialized() {
  Extractor<Net, B> extractor;
  extractor.initialize(Seed{1});
  return extractor;
}

std::span<const float> span_of(const Tensor<4>& tensor) { return {tensor.data(), tensor.size()}; }

}  // namespace

TEST_CASE("a frozen part in bfloat16 computes what it computes in float, to about two digits") {
  auto batch = Tensor<4>::from_shape({3, 75, 75, 3});
  const auto values = random_values(batch.size(), 1);
  std::copy(values.begin(), values.end(), batch.data());
  const auto extractor = initialized<SimdBfloat16>();
  const Tensor<4> features = extractor.predict(batch, Threads{1});
  const double error = difference(span_of(features), span_of(initialized<Simd>().predict(batch)));
  CHECK(error < 0.02);
  CHECK(error > 1e-5);  // it is not float's own result
  CHECK(same_bits(span_of(features), span_of(extractor.predict(batch, Threads{2}))));
  auto last = Tensor<4>::from_shape({1, 75, 75, 3});
  std::copy_n(batch.data() + 2 * last.size(), last.size(), last.data());
  CHECK(same_bits(span_of(extractor.predict(last, Threads{2})),
                  span_of(features).subspan(2 * Net::output_shape.size())));
}

}  // namespace bfloat16_test
