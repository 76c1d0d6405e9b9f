// SPDX-License-Identifier: MIT
#include <graft/graft.hpp>

#include <string>
#include <string_view>

using Function = std::string (*)(std::string_view, std::string_view, std::string_view);

Function expected_received_elsewhere();
Function expected_received_elsewhere() { return &graft::expected_received; }
