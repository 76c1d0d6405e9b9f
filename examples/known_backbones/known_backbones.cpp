// SPDX-License-Identifier: MIT
#include "known_backbones.hpp"

template std::vector<graft::RuntimeBackbone> graft::backbones<graft::KnownBackbones>();
