// SPDX-License-Identifier: MIT
#include <graft/model/model.hpp>

graft::Model<graft::Input<3>, graft::Sequential<>> net;

// expect: error: .*the head has no layer
// expect-gcc: never<.*"a layer, or Sequential<\.\.\.> of at least one".*Received<graft::Sequential<> ?>
// expect-clang: never<.*'a', ' ', 'l', 'a', 'y', 'e', 'r'.*Received<graft::Sequential<> ?>
