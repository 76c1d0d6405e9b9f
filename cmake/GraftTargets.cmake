# SPDX-License-Identifier: MIT
# The interface targets. Each carries the headers of its folders, so that every header is compiled with nothing
# before it and exactly the libraries that its users have (target all_verify_interface_header_sets).
#
#   graft::core    description, kernels, training rules      xtensor, xtensor-blas, OpenBLAS, threads
#   graft::images  graft/data                                core, libjpeg-turbo, libpng
#   graft::hdf5    graft/weights                             core, libhdf5 (C), zlib, libzip, nlohmann_json
#   graft::graft   graft/training and graft.hpp              all of the above
#   graft::onnx    graft/onnx                                core, onnx, protobuf; only where these are found
#   graft::cuda    graft/backend/cuda and graft_cuda.hpp     core, cudart, cublasLt; a static library of kernels; GRAFT_CUDA

set(BLA_VENDOR OpenBLAS)  # xtensor-blas takes the first BLAS that it finds unless told
find_package(Threads REQUIRED)
find_package(xtensor CONFIG REQUIRED)
find_package(xtensor-blas CONFIG REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(ZLIB REQUIRED)
find_package(LibZip REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
if(GRAFT_BUILD_TESTS)
  set(graft_onnx_need REQUIRED)
else()
  set(graft_onnx_need QUIET)
endif()
find_package(Protobuf ${graft_onnx_need})
if(Protobuf_FOUND)  # ONNX's targets name protobuf's
  find_package(ONNX CONFIG ${graft_onnx_need})
endif()

include(GraftFindCuda)

set(GRAFT_INCLUDE_DIR "${PROJECT_SOURCE_DIR}/include")
file(GLOB_RECURSE graft_headers CONFIGURE_DEPENDS "${GRAFT_INCLUDE_DIR}/graft/*.hpp")
set(graft_images_headers ${graft_headers})
list(FILTER graft_images_headers INCLUDE REGEX "/graft/data/")
set(graft_hdf5_headers ${graft_headers})
list(FILTER graft_hdf5_headers INCLUDE REGEX "/graft/weights/")
set(graft_graft_headers ${graft_headers})
list(FILTER graft_graft_headers INCLUDE REGEX "/graft/(training/|graft\\.hpp)")
set(graft_onnx_headers ${graft_headers})
list(FILTER graft_onnx_headers INCLUDE REGEX "/graft/onnx/")
set(graft_cuda_headers ${graft_headers})
list(FILTER graft_cuda_headers INCLUDE REGEX "/graft/(backend/cuda/|graft_cuda\\.hpp)")
set(graft_core_headers ${graft_headers})
list(REMOVE_ITEM graft_core_headers
  ${graft_images_headers} ${graft_hdf5_headers} ${graft_graft_headers} ${graft_onnx_headers} ${graft_cuda_headers})

# graft_add_library(<name> <library>...): graft::<name>, a target over graft_<name>_headers; an interface, unless it has
# been added with sources before.
function(graft_add_library name)
  if(NOT TARGET graft_${name})
    add_library(graft_${name} INTERFACE)
  endif()
  add_library(graft::${name} ALIAS graft_${name})
  set_target_properties(graft_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(graft_${name} INTERFACE cxx_std_20)
  target_link_libraries(graft_${name} INTERFACE ${ARGN})
  if(GRAFT_SINGLE_HEADER)
    return()
  endif()
  # A header that another one of the same library includes before anything else is compiled alone with that one.
  foreach(header IN LISTS graft_${name}_headers)
    file(STRINGS "${header}" first REGEX "^#include" LIMIT_COUNT 1)
    if(first MATCHES "<(graft/.*)>")
      list(APPEND first_includes "${GRAFT_INCLUDE_DIR}/${CMAKE_MATCH_1}")
    endif()
  endforeach()
  set(alone ${graft_${name}_headers})
  list(REMOVE_ITEM alone ${first_includes})
  set(with_another ${graft_${name}_headers})
  list(REMOVE_ITEM with_another ${alone})
  target_sources(graft_${name} INTERFACE
    FILE_SET HEADERS BASE_DIRS "${GRAFT_INCLUDE_DIR}" FILES ${alone}
    FILE_SET first_includes TYPE HEADERS BASE_DIRS "${GRAFT_INCLUDE_DIR}" FILES ${with_another})
  # CMake verifies a set for top-level builds only; a user who adds graft as a folder does not pay for it.
  set_target_properties(graft_${name} PROPERTIES
    VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL} INTERFACE_HEADER_SETS_TO_VERIFY HEADERS)
endfunction()

graft_add_library(core xtensor xtensor-blas Threads::Threads)
graft_add_library(images graft::core JPEG::JPEG PNG::PNG)
graft_add_library(hdf5 graft::core hdf5::hdf5 ZLIB::ZLIB LibZip::LibZip nlohmann_json::nlohmann_json)
graft_add_library(graft graft::core graft::images graft::hdf5)
set(graft_libraries core images hdf5 graft)
if(ONNX_FOUND)
  graft_add_library(onnx graft::core onnx_proto)
  list(APPEND graft_libraries onnx)
endif()
if(GRAFT_CUDA_FOUND)
  add_library(graft_cuda STATIC "${GRAFT_INCLUDE_DIR}/graft/graft_cuda.cu")
  graft_add_library(cuda graft::graft CUDA::cudart CUDA::cublasLt)
  target_include_directories(graft_cuda PRIVATE "${GRAFT_INCLUDE_DIR}")
  target_compile_options(graft_cuda PUBLIC "$<$<COMPILE_LANGUAGE:CUDA>:--std=c++20;--expt-relaxed-constexpr>"  # CMake 3.25 knows no CUDA_STANDARD 20
    PRIVATE "$<$<AND:$<COMPILE_LANGUAGE:CUDA>,$<BOOL:${PROJECT_IS_TOP_LEVEL}>>:SHELL:--Werror all-warnings -Xcompiler=-Wall,-Wextra>")
  target_link_libraries(graft_cuda PRIVATE CUDA::cudart CUDA::cublasLt)
  list(APPEND graft_libraries cuda)
endif()

if(GRAFT_SINGLE_HEADER)
  # Every <graft/folder/name.hpp> leads to the single header, so that the same tests and examples build against it;
  # <graft/onnx/name.hpp> to the one that holds what graft.hpp does not.
  set(forward_dir "${PROJECT_BINARY_DIR}/forward")
  file(REMOVE_RECURSE "${forward_dir}")
  foreach(header IN LISTS graft_headers)
    cmake_path(RELATIVE_PATH header BASE_DIRECTORY "${GRAFT_INCLUDE_DIR}" OUTPUT_VARIABLE name)
    set(single "graft/graft.hpp")
    if(name MATCHES "^graft/onnx/")
      set(single "graft/onnx/export_onnx.hpp")
    elseif(name MATCHES "^graft/(backend/cuda/|graft_cuda\\.hpp)")
      set(single "graft/graft_cuda.hpp")
    endif()
    file(WRITE "${forward_dir}/${name}"
      "#pragma once\n#include \"${PROJECT_SOURCE_DIR}/single_include/${single}\"\n")
  endforeach()
  target_include_directories(graft_core INTERFACE "${forward_dir}")
endif()
