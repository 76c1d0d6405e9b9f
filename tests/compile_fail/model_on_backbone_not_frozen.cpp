// SPDX-License-Identifier: MIT
// Somebody forgot Frozen.
#include <graft/applications/inception_v3.hpp>
#include <graft/model/model.hpp>

using Backbone = graft::InceptionV3<graft::Image<150, 150>>::Until<"mixed7">;
graft::Model<Backbone, graft::Sequential<graft::Flatten, graft::Dense<1>>> net;

// expect: error: .*a model cannot be built on this base
// expect-gcc: never<.*"Frozen<Backbone>, Image<height, width> or Input<\.\.\.>".*Received<graft::Network<
// expect-clang: never<.*'F', 'r', 'o', 'z', 'e', 'n', '<', 'B', 'a', 'c', 'k', 'b', 'o', 'n', 'e', '>'
// expect-clang: Received<graft::Network<
