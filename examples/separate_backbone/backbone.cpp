// SPDX-License-Identifier: MIT
#include "backbone.hpp"

template class graft::Extractor<InceptionV3Mixed7, graft::Simd>;
