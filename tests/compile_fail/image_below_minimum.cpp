// SPDX-License-Identifier: MIT
// The image is so small that layers do not fit either: the minimum alone is reported.
#include <graft/applications/inception_v3.hpp>
#include <graft/model/model.hpp>

using Backbone = graft::InceptionV3<graft::Image<64, 12>>::Until<"mixed0">;
using Head = graft::Sequential<graft::GlobalAveragePooling2D, graft::Dense<1>>;
graft::Model<graft::Frozen<Backbone>, Head> net;

// expect: error: .*the image is smaller than the backbone's minimum
// expect: never<graft::Expected<.*ImageOfAtLeast<75, 75> ?>, graft::Received<graft::Image<64, 12, 3> ?> ?>
