// SPDX-License-Identifier: MIT
// A cut behind a layer that the network does not have: the text lists the names there are.
#include <graft/applications/inception_v3.hpp>

using Backbone = graft::InceptionV3<graft::Image<150, 150>>::Until<"mixd7">;

// expect: error: .*the network has no layer of that name
// expect-gcc: Received<.*"mixd7"
// expect-gcc: Expected<.*"mixed0\.\.10, mixed9_0\.\.1, .*conv2d_1\.\.94, batch_normalization_1\.\.94
// expect-clang: Received<graft::Text<'m', 'i', 'x', 'd', '7'>
// expect-clang: Expected<graft::Text<'m', 'i', 'x', 'e', 'd', '0', '.', '.', '1', '0'
