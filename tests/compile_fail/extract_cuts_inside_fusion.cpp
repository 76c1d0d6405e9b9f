// SPDX-License-Identifier: MIT
// A cut whose value frozen execution never writes, for it is computed together with what is behind it.
#include <graft/applications/inception_v3.hpp>
#include <graft/data/image_folder.hpp>
#include <graft/training/extract_cuts.hpp>

using Backbone = graft::InceptionV3<graft::Image<150, 150>>::Until<"mixed0">;

void cut(const graft::Extractor<Backbone, graft::Simd>& backbone, const graft::ImageFolder& images) {
  graft::extract_cuts<"conv2d_7", "mixed0">(backbone, images);
}

// expect: error: .*the layer is computed in one step with the one behind it: cut behind that
// expect-gcc: Received<.*"conv2d_7"
// expect-gcc: Expected<.*"activation_7"
// expect-clang: Received<graft::Text<'c', 'o', 'n', 'v', '2', 'd', '_', '7'>
// expect-clang: Expected<graft::Text<'a', 'c', 't', 'i', 'v', 'a', 't', 'i', 'o', 'n', '_', '7'>
