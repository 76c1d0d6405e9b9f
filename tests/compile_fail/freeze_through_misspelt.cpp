// SPDX-License-Identifier: MIT
// A boundary behind the cut, which the network does not have: the text lists those that it can have.
#include <graft/applications/inception_v3.hpp>
#include <graft/model/model.hpp>

using Backbone = graft::InceptionV3<graft::Image<150, 150>>::Until<"mixed7">;
using Net = graft::Model<graft::Frozen<Backbone>, graft::Sequential<graft::Flatten, graft::Dense<1>>>;
using Part = Net::FreezeThrough<"mixed8">;

// expect: error: .*the backbone has no layer of that name
// expect-gcc: Received<.*"mixed8"
// expect-gcc: Expected<.*"mixed0\.\.7, conv2d_1\.\.5,
// expect-clang: Received<graft::Text<'m', 'i', 'x', 'e', 'd', '8'>
// expect-clang: Expected<graft::Text<'m', 'i', 'x', 'e', 'd', '0', '.', '.', '7'
