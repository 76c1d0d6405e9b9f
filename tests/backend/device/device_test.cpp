// SPDX-License-Identifier: MIT
#include <graft/backend/device/device.hpp>

#include "support/host_device.hpp"
#include "support/values.hpp"
#include <doctest/doctest.h>
#include <utility>

namespace device_test {

using namespace graft;
using namespace graft::test;

namespace {

// What a library does that stores by columns.
void multiply_columns(const device::ColumnProduct& p, std::size_t terms) {
  const auto value = [](const auto& matrix, std::size_t row, std::size_t column) {
    if (matrix.transposed) std::swap(row, column);
    REQUIRE(row < matrix.rows);
    REQUIRE(column < matrix.columns);
    return matrix.data[row + column * matrix.step];
  };
  for (std::size_t column = 0; column < p.result.columns; ++column)
    for (std::size_t row = 0; row < p.result.rows; ++row) {
      float sum = 0.0f;
      for (std::size_t k = 0; k < terms; ++k) sum += value(p.first, row, k) * value(p.second, k, column);
      p.result.data[row + column * p.result.step] = sum;
    }
}

}  // namespace

TEST_CASE("a product by columns is the product by rows") {
  constexpr std::size_t m = 3, n = 5, k = 4;
  const auto a = random_values(64, 1), b = random_values(64, 2);
  for (const bool transpose_a : {false, true})
    for (const bool transpose_b : {false, true}) {
      CAPTURE(transpose_a);
      CAPTURE(transpose_b);
      std::vector<float> expected(64), result(64);
      device::Product p{.m = m,
                        .n = n,
                        .k = k,
                        .a = a.data(),
                        .a_step = (transpose_a ? m : k) + 2,
                        .b = b.data(),
                        .b_step = (transpose_b ? k : n) + 1,
                        .c = expected.data(),
                        .c_step = n + 3,
                        .transpose_a = transpose_a,
                        .transpose_b = transpose_b};
      HostDevice::Context context{Threads{1}};
      HostDevice::gemm(context, p);
      p.c = result.data();
      multiply_columns(device::by_columns(p), k);
      CHECK(difference(result, expected) < 1e-6);  // compilers may fuse a product and its sum
    }
}

TEST_CASE("the alignment of an address is a power of two up to 256") {
  const auto at = [](std::uintptr_t address) {
    return device::alignment_of(reinterpret_cast<const float*>(address));
  };
  CHECK(at(4) == 4);
  CHECK(at(0x1008) == 8);
  CHECK(at(0x1010) == 16);
  CHECK(at(0x1100) == 256);
  CHECK(at(0x10000) == 256);
}

}  // namespace device_test
