// SPDX-License-Identifier: MIT
// A boundary inside a block, which the values of other branches cross too.
#include <graft/applications/inception_v3.hpp>
#include <graft/model/model.hpp>

using Backbone = graft::InceptionV3<graft::Image<150, 150>>::Until<"mixed7">;
using Net = graft::Model<graft::Frozen<Backbone>, graft::Sequential<graft::Flatten, graft::Dense<1>>>;
using Part = Net::FreezeThrough<"conv2d_63">;

// expect: error: .*inside a block, and values of other branches cross the boundary beside its own
// expect-gcc: Received<.*"conv2d_63"
// expect-gcc: Expected<.*"mixed0\.\.7, conv2d_1\.\.5,
// expect-clang: Received<graft::Text<'c', 'o', 'n', 'v', '2', 'd', '_', '6', '3'>
// expect-clang: Expected<graft::Text<'m', 'i', 'x', 'e', 'd', '0', '.', '.', '7'
