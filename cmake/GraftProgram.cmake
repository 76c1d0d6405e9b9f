# SPDX-License-Identifier: MIT
# What graft's own programs (tests, examples, benchmarks) have in common; users of the library see none of it.

add_library(graft_program INTERFACE)
target_link_libraries(graft_program INTERFACE graft::graft)
target_compile_definitions(graft_program INTERFACE GRAFT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_compile_options(graft_program INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow;-Werror>")
# At -O3 g++ 12 warns falsely, inside the standard library, of `"text" + std::string` (GCC's bug 105651). The other
# builds keep these warnings.
target_compile_options(graft_program INTERFACE
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict;-Wno-stringop-overflow;-Wno-array-bounds>)
if(GRAFT_NATIVE)
  target_compile_options(graft_program INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-march=native>)
endif()
