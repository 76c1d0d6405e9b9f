# SPDX-License-Identifier: MIT
# GRAFT_CUDA_FOUND: nvcc and the CUDA Toolkit are there, of a version that takes C++20, and graft::cuda is wanted.
set(GRAFT_CUDA_FOUND FALSE)
if(NOT GRAFT_CUDA)
  return()
endif()
if(GRAFT_CUDA STREQUAL "AUTO")
  set(need QUIET)
  include(CheckLanguage)
  check_language(CUDA)  # says what it finds
  if(NOT CMAKE_CUDA_COMPILER)
    message(STATUS "graft::cuda is left out: there is no nvcc that works")
    return()
  endif()
else()
  set(need REQUIRED)
endif()

if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
  # Machine code for Turing, and for Hopper with the products of its warpgroups; PTX, which the driver compiles for what
  # lies between and comes after.
  set(CMAKE_CUDA_ARCHITECTURES 75-real 80-virtual 90a-real)
endif()
enable_language(CUDA)
find_package(CUDAToolkit 12 ${need})
set(GRAFT_CUDA_FOUND ${CUDAToolkit_FOUND})
if(NOT CUDAToolkit_FOUND)
  message(STATUS "graft::cuda is left out: the CUDA Toolkit is older than 12, which C++20 needs")
endif()
