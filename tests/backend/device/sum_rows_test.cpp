// SPDX-License-Identifier: MIT
#include <graft/backend/device/sum_rows.hpp>

#include "support/host_device.hpp"
#include "support/values.hpp"
#include <doctest/doctest.h>

namespace sum_rows_test {

using namespace graft;
using namespace graft::test;

TEST_CASE("rows are summed, be they fewer than a chunk or more than all chunks are small") {
  constexpr std::size_t columns = 3;
  HostDevice::Context context{Threads{1}};
  for (const std::size_t rows : {1u, 31u, 32u, 33u, 4096u, 4097u, 10000u}) {
    CAPTURE(rows);
    const auto x = random_values(rows * columns, 1);
    std::vector<double> partial(graft::detail::partial_size(columns)), sums(columns), expected(columns);
    for (std::size_t i = 0; i < x.size(); ++i) expected[i % columns] += double{x[i]};
    graft::detail::sum_rows<HostDevice>(context, rows, columns, partial.data(),
                                        device::PixelTerm{x.data(), columns},
                                        device::Store<double>{sums.data()});
    for (std::size_t c = 0; c < columns; ++c) CHECK(sums[c] == doctest::Approx(expected[c]).epsilon(1e-12));
  }
}

}  // namespace sum_rows_test
