// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/kernels/implicit_gemm.hpp>

namespace graft::cuda {

/// A lane's part of what a warp sums up: 16 rows by 8 columns, times Tall, times Wide. Of each such matrix it
/// has the columns 2 (lane % 4) and the next one of row lane / 4, then of row lane / 4 + 8.
template <class Factor, device::Index Tall, device::Index Wide>
class TileSums {
 public:
  /// Rows and columns of the result from the first ones on; those that it does not have are not written. Sums
  /// begin with the bias.
  GRAFT_DEVICE TileSums(const device::Convolution<Factor>& c, device::Index first_row,
                        device::Index first_column, device::Index lane)
      : c_{c}, row_{first_row + lane / 4}, column_{first_column + lane % 4 * 2} {
    GRAFT_UNROLL for (device::Index j = 0; j < Wide; ++j) GRAFT_UNROLL for (device::Index k = 0; k < 4; ++k) {
      const device::Index n = 8 * j + k % 2;
      values[0][j][k] = k >= 2                        ? values[0][j][k - 2]
                        : c.bias != nullptr && has(n) ? c.bias[column_ + n]
                                                      : 0.0f;
      GRAFT_UNROLL for (device::Index i = 1; i < Tall; ++i) values[i][j][k] = values[0][j][k];
    }
  }

  /// Writes them, with relu; two at a time where pairs lie so that they can be.
  GRAFT_DEVICE void write() const {
    if (device::in_lanes<2>(c_.slide.output, c_.y))
      write_by<2>();
    else
      write_by<1>();
  }

  float values[Tall][Wide][4];

 private:
  GRAFT_DEVICE bool has(device::Index column) const { return column_ + column < c_.slide.output.channels; }

  template <device::Index Width>
  GRAFT_DEVICE void write_by() const {
    GRAFT_UNROLL for (device::Index i = 0; i < 2 * Tall; ++i) {
      const device::Index m = row_ + 8 * i;
      if (m >= c_.rows) break;
      float* y = c_.y + (std::size_t{m} * c_.slide.output.stride + column_);
      GRAFT_UNROLL for (device::Index j = 0; j < Wide; ++j)
          GRAFT_UNROLL for (device::Index part = 0; part < 2; part += Width) {
        device::Lanes<Width> lanes;
        GRAFT_UNROLL for (device::Index k = 0; k < Width; ++k) {
          const float sum = values[i / 2][j][i % 2 * 2 + part + k];
          lanes.values[k] = c_.relu ? activate(Relu{}, sum) : sum;
        }
        if (has(8 * j + part)) lanes.store(y + 8 * j + part);
      }
    }
  }

  const device::Convolution<Factor>& c_;
  device::Index row_, column_;
};

}  // namespace graft::cuda
