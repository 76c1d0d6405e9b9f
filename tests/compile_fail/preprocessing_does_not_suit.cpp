// SPDX-License-Identifier: MIT
#include <graft/applications/inception_v3.hpp>
#include <graft/data/preprocessing.hpp>

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Caffe>::Until<"mixed7">;
constexpr graft::Shape features = Backbone::output_shape;

// expect: error: .*the backbone was not trained on images that are preprocessed like this
// expect: never<graft::Expected<.*OneOf<graft::Tf, graft::Rescale> ?>, graft::Received<graft::Caffe> ?>
