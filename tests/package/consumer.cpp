// SPDX-License-Identifier: MIT
#include <graft/graft.hpp>

#include <iostream>

int main() {
  std::cout << graft::to_string(graft::Shape{7, 7, 768}) << '\n';
  return 0;
}
