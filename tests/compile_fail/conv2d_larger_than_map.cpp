// SPDX-License-Identifier: MIT
// The second convolution is larger than the map that the first one leaves.
#include <graft/model/model.hpp>

using Head = graft::Sequential<graft::Conv2D<8, graft::Kernel<3>>, graft::Conv2D<4, graft::Kernel<3>>,
                               graft::Flatten, graft::Dense<1>>;
graft::Model<graft::Image<4, 6>, Head> net;

// expect: error: .*a layer does not accept its input
// expect: never<graft::Conv2D<4, graft::Kernel<3(, 3)?> ?>, graft::Expected<
// expect-gcc: Expected<.*"an image \(height, width, channels\) of at least the kernel.*s size"
// expect-gcc: Received<.*ShapeOf<2, 4, 8>
// expect-clang: Expected<.*'k', 'e', 'r', 'n', 'e', 'l'.*Received<.*ShapeOf<2, 4, 8>
