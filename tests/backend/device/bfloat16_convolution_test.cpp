// SPDX-License-Identifier: MIT
#include <graft/backend/backend.hpp>
#include <graft/backend/device/bfloat16_convolution.hpp>

#include "support/convolution_runs.hpp"
#include "support/host_device.hpp"

namespace device_bfloat16_convolution_test {

using namespace graft;
using namespace graft::test;

static_assert(Backend<EmulatedBfloat16>);

namespace {

std::vector<float> rounded(std::vector<float> values) {
  for (float& v : values) v = graft::detail::from_bfloat16(graft::detail::to_bfloat16(v));
  return values;
}

template <Conv2dSpec S, class Act>
void check() {
  const auto kernel = random_values(S.patch_size() * S.output.channels, 1),
             bias = random_values(S.output.channels, 2);
  for (const std::size_t batch : batches) {
    CAPTURE(batch);
    const auto x = random_values(buffer_size(S.input, batch), 3);
    HostContext host{Threads{1}};
    auto expected = poison(buffer_size(S.output, batch)), y = expected;
    Reference::conv2d<S, Act>(host, batch, rounded(x).data(), rounded(kernel).data(), bias.data(),
                              expected.data());
    HostDevice::Context context{Threads{1}};
    AlignedBuffer packed{EmulatedBfloat16::packed_size<S>};
    EmulatedBfloat16::pack_conv2d<S>(context, kernel, packed.data());
    EmulatedBfloat16::conv2d_packed<S, Act>(context, batch, x.data(), packed.data(), bias.data(), y.data());
    CHECK(only_pixels_written(S.output, y));
    CHECK(difference(pixels_of(S.output, y), pixels_of(S.output, expected)) < sum_tolerance(S.patch_size()));
  }
}

}  // namespace

TEST_CASE("convolution in bfloat16 is float's of rounded factors") {
  check<conv2d_spec<Kernel<3>, Strides<1>, Same>({6, 7, 3}, 5, 0, 2), Relu>();
  check<conv2d_spec<Kernel<1>, Strides<1>, Valid>({4, 5, 6}, 7), Linear>();
  check<conv2d_spec<Kernel<3>, Strides<2>, Valid>({9, 9, 4}, 3), Swish>();
}

}  // namespace device_bfloat16_convolution_test
