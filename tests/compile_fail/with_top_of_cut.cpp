// SPDX-License-Identifier: MIT
// A top stands on a whole backbone.
#include <graft/applications/inception_v3.hpp>
#include <graft/model/with_top.hpp>

using Cut = graft::WithTop<graft::InceptionV3<graft::Image<150, 150>>::Until<"mixed7">>;
Cut* net = nullptr;

// expect: error: .*WithTop<Network>: no top fits this network
// expect-gcc: "a whole backbone, not cut, of those that have a top"
// expect-clang: Expected<graft::Text<'a', ' ', 'w', 'h', 'o', 'l', 'e'
