// SPDX-License-Identifier: MIT
#pragma once

#include <graft/weights/inspect.hpp>

// The descriptions of all known backbones are compiled in known_backbones.cpp, once for several programs.
extern template std::vector<graft::RuntimeBackbone> graft::backbones<graft::KnownBackbones>();
