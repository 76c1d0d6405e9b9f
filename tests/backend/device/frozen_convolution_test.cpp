// SPDX-License-Identifier: MIT
#include <graft/backend/backend.hpp>
#include <graft/backend/device/frozen_convolution.hpp>

#include "support/frozen_convolution_runs.hpp"
#include "support/host_device.hpp"

namespace device_frozen_convolution_test {

using namespace graft;
using namespace graft::test;

static_assert(Backend<EmulatedBfloat16> && Backend<EmulatedTf32> && Backend<EmulatedPatches>);

namespace {

template <Conv2dSpec S, class Act>
void check() {
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    check_frozen_convolution<EmulatedPatches, void, S, Act>(batch);
    check_frozen_convolution<Emulated, device::Float32, S, Act>(batch);
    check_frozen_convolution<EmulatedTf32, device::Tf32, S, Act>(batch);
    check_frozen_convolution<EmulatedBfloat16, device::Bfloat16, S, Act>(batch);
  }
}

}  // namespace

TEST_CASE("a frozen convolution is float's of rounded factors") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({6, 7, 3}, 5, 0, 2), Relu>();
  check<conv2d_spec<Kernel<1>, Strides<1>, Valid>({4, 5, 6}, 7), Linear>();
  check<conv2d_spec<Kernel<3>, Strides<2>, Valid>({9, 9, 4}, 3), Swish>();
  check<conv2d_spec<Kernel<1, 7>, Strides<1>, Same>({3, 4, 40}, 6, 4, 0), Relu>();
}

}  // namespace device_frozen_convolution_test
