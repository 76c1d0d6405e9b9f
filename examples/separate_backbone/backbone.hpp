// SPDX-License-Identifier: MIT
#pragma once

#include <graft/graft.hpp>

using InceptionV3Mixed7 = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;

// Its kernels, some hundred functions, are compiled in backbone.cpp and nowhere else.
extern template class graft::Extractor<InceptionV3Mixed7, graft::Simd>;
