// SPDX-License-Identifier: MIT
// Links only if no header defines something without `inline`, and then both units must see the same function.
#include <graft/graft.hpp>

#include <cstdio>
#include <string>
#include <string_view>

using Function = std::string (*)(std::string_view, std::string_view, std::string_view);
Function expected_received_elsewhere();

int main() {
  const bool same = expected_received_elsewhere() == &graft::expected_received;
  if (!same)
    std::fputs("two translation units: expected one graft::expected_received, received two\n", stderr);
  return same ? 0 : 1;
}
