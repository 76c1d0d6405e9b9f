# SPDX-License-Identifier: MIT
# What graft's own programs (tests, examples, benchmarks) have in common; users of the library see none of it.

add_library(graft_program INTERFACE)
target_link_libraries(graft_program INTERFACE graft::graft)
target_compile_options(graft_program INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
if(GRAFT_NATIVE)
  target_compile_options(graft_program INTERFACE -march=native)
endif()
