// SPDX-License-Identifier: MIT
#include <graft/backend/blas/gemm.hpp>

#include "support/values.hpp"
#include <doctest/doctest.h>

namespace gemm_test {

using namespace graft;
using namespace graft::test;

TEST_CASE("gemm multiplies row-major matrices, transposed or not, inside larger ones") {
  constexpr std::size_t rows = 3, columns = 4, depth = 5;
  for (const bool ta : {false, true})
    for (const bool tb : {false, true})
      for (const float beta : {0.0f, 1.0f}) {
        CAPTURE(ta);
        CAPTURE(tb);
        const std::size_t a_stride = (ta ? rows : depth) + 2, b_stride = (tb ? depth : columns) + 1,
                          c_stride = columns + 3;
        const auto a = random_values((ta ? depth : rows) * a_stride, 1);
        const auto b = random_values((tb ? columns : depth) * b_stride, 2);
        // With beta 0 the old content does not count, not even NaN.
        const auto start = beta == 0.0f ? poison(rows * c_stride) : random_values(rows * c_stride, 3);
        auto c = start;
        detail::gemm(rows, columns, depth, {a.data(), a_stride, ta}, {b.data(), b_stride, tb}, beta, c.data(),
                     c_stride);
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t k = 0; k < columns; ++k) {
            double sum = beta == 0.0f ? 0.0 : double{start[r * c_stride + k]};
            for (std::size_t d = 0; d < depth; ++d)
              sum += double{ta ? a[d * a_stride + r] : a[r * a_stride + d]} *
                     double{tb ? b[k * b_stride + d] : b[d * b_stride + k]};
            CHECK(double{c[r * c_stride + k]} == doctest::Approx(sum).epsilon(1e-5));
          }
          CHECK(same_bits(std::span{c}.subspan(r * c_stride + columns, 3),
                          std::span{start}.subspan(r * c_stride + columns, 3)));
        }
      }
}

TEST_CASE("gemv is gemm for one row") {
  const auto x = random_values(50, 1), b = random_values(50 * 9, 2);
  auto y = poison(7), expected = poison(7);
  detail::gemv(7, 50, x.data(), {b.data(), 9}, y.data());
  detail::gemm(1, 7, 50, {x.data(), 50}, {b.data(), 9}, 0.0f, expected.data(), 7);
  CHECK(difference(y, expected) < 1e-5);
}

}  // namespace gemm_test
