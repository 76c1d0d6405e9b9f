// SPDX-License-Identifier: MIT
#include "backbone.hpp"

template class graft::Extractor<Backbone, graft::Simd>;
