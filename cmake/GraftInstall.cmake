# SPDX-License-Identifier: MIT
# Headers, targets and the files for find_package(graft [COMPONENTS core images hdf5 graft onnx cuda]).
include(CMakePackageConfigHelpers)

if(GRAFT_SINGLE_HEADER)
  return()  # a build tree for tests: its include folder is generated
endif()

set(graft_config_dir "${CMAKE_INSTALL_DATADIR}/cmake/graft")
foreach(name IN LISTS graft_libraries)
  install(TARGETS graft_${name} EXPORT graft_${name} FILE_SET HEADERS FILE_SET first_includes)
  install(EXPORT graft_${name} NAMESPACE graft:: FILE graft_${name}.cmake DESTINATION "${graft_config_dir}")
endforeach()

if(TARGET graft_cuda)  # what nvcc includes, for kernels of the user's own
  install(FILES "${GRAFT_INCLUDE_DIR}/graft/graft_cuda.cuh" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/graft")
  install(FILES "${GRAFT_INCLUDE_DIR}/graft/backend/cuda/launch.cuh" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/graft/backend/cuda")
endif()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/graftConfig.cmake.in" graftConfig.cmake
  INSTALL_DESTINATION "${graft_config_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(graftConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/graftConfig.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/graftConfigVersion.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/FindLibZip.cmake"
  DESTINATION "${graft_config_dir}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
