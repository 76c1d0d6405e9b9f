// SPDX-License-Identifier: MIT
#include <graft/model/model.hpp>

graft::Model<int, graft::Sequential<graft::Flatten, graft::Dense<1>>> net;

// expect: error: .*a model cannot be built on this base
// expect-gcc: never<.*"Frozen<Backbone>, Image<height, width> or Input<\.\.\.>".*Received<int>
// expect-clang: never<.*'F', 'r', 'o', 'z', 'e', 'n', '<', 'B', 'a', 'c', 'k', 'b', 'o', 'n', 'e', '>'
// expect-clang: Received<int>
