// SPDX-License-Identifier: MIT
#include <graft/model/model.hpp>

using Head = graft::Sequential<graft::Dense<4>, graft::Dropout<120>, graft::Dense<1>>;
graft::Model<graft::Input<3>, Head> net;

// expect: error: .*a layer does not accept its input
// expect: never<graft::Dropout<120>, graft::Expected<
// expect-gcc: "a rate from 0 to 99 per cent"
// expect-clang: '0', ' ', 't', 'o', ' ', '9', '9', ' ', 'p', 'e', 'r', ' ', 'c', 'e', 'n', 't'
