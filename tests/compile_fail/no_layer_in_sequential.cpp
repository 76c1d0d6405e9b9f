// SPDX-License-Identifier: MIT
#include <graft/model/model.hpp>

graft::Model<graft::Input<3>, graft::Sequential<graft::Dense<4>, int, graft::Dense<1>>> net;

// expect: error: .*a network contains something that is no layer
// expect-gcc: never<.*"a layer, Sequential, Concatenate, Add, Multiply or Named".*Received<int>
// expect-clang: never<.*'S', 'e', 'q', 'u', 'e', 'n', 't', 'i', 'a', 'l'
// expect-clang: Received<int>
