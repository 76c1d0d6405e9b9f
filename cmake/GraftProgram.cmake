# SPDX-License-Identifier: MIT
# What graft's own programs (tests, examples, benchmarks) have in common; users of the library see none of it.

add_library(graft_program INTERFACE)
target_link_libraries(graft_program INTERFACE graft::graft)
target_compile_options(graft_program INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
# g++ 12 warns falsely, inside the standard library, of `"text" + std::string` (GCC's bug 105651).
target_compile_options(graft_program INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread>)
if(GRAFT_NATIVE)
  target_compile_options(graft_program INTERFACE -march=native)
endif()
