# What `cmake --install` puts where: a prefix that can be moved, with nothing of the build in it.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(fovea_lib_dir "${CMAKE_INSTALL_LIBDIR}")
set(fovea_config_dir "${fovea_lib_dir}/cmake/fovea")
# Halide's library is fovea's own affair: in a folder of its own it overwrites no other Halide.
set(fovea_private_dir "${fovea_lib_dir}/fovea")
cmake_path(RELATIVE_PATH fovea_lib_dir BASE_DIRECTORY "${CMAKE_INSTALL_BINDIR}"
           OUTPUT_VARIABLE bin_to_lib)

# --- What the package wants of the system, asked of the targets themselves -------------------

foreach(library MLIR LLVM)
  get_target_property(file ${library} LOCATION)
  file(REAL_PATH "${file}" fovea_${library}_file)
endforeach()
cmake_path(GET fovea_MLIR_file PARENT_PATH fovea_mlir_dir)

# fovea_packages(<variable> <room>...): those that the rooms link. Their targets are named after
# them; header-only ones are needed no more.
function(fovea_packages variable)
  set(packages "")
  foreach(room ${ARGN})
    get_target_property(links ${room} LINK_LIBRARIES)
    list(FILTER links INCLUDE REGEX "^(Threads|ZLIB|PNG|JPEG|fmt|protobuf)::|^onnx_proto$")
    list(APPEND packages ${links})
  endforeach()
  list(TRANSFORM packages REPLACE "::.*" "")
  list(REMOVE_DUPLICATES packages)
  set(${variable} "${packages}" PARENT_SCOPE)
endfunction()
fovea_packages(fovea_library_packages ${fovea_rooms})
# A static library makes its users link what it uses itself.
fovea_packages(fovea_runtime_packages ${runtime_rooms})
list(TRANSFORM fovea_runtime_packages REPLACE "(.+)" "\\1::\\1" OUTPUT_VARIABLE fovea_runtime_links)

# --- Programs and libraries ------------------------------------------------------------------

set_target_properties(fovea PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
# MLIR's folder is none that the dynamic linker knows by itself.
set_target_properties(fovea_library PROPERTIES INSTALL_RPATH "$ORIGIN/fovea;${fovea_mlir_dir}")
install(TARGETS fovea fovea_library
        RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
        LIBRARY DESTINATION "${fovea_lib_dir}")
install(TARGETS fovea_runtime ARCHIVE DESTINATION "${fovea_lib_dir}")
install(FILES "$<TARGET_FILE:Halide::Halide>" DESTINATION "${fovea_private_dir}"
        PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                    WORLD_EXECUTE)

# --- Headers ---------------------------------------------------------------------------------

foreach(folder ${fovea_public_includes})
  install(DIRECTORY "${folder}/fovea" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
endforeach()
foreach(header ${fovea_generated_headers})
  install(FILES "${header}" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/fovea")
endforeach()
install(DIRECTORY examples/zoo DESTINATION "${CMAKE_INSTALL_DATADIR}/fovea")

# --- CMake's own files -----------------------------------------------------------------------

set(generated "${PROJECT_BINARY_DIR}/package")
set(include_dir "${CMAKE_INSTALL_INCLUDEDIR}")
set(bin_dir "${CMAKE_INSTALL_BINDIR}")
set(doc_dir "${CMAKE_INSTALL_DOCDIR}")
set(library_file "libfovea.so.${PROJECT_VERSION}")
set(library_soname "libfovea.so.${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
configure_package_config_file(
  cmake/fovea-config.cmake.in "${generated}/fovea-config.cmake"
  INSTALL_DESTINATION "${fovea_config_dir}"
  PATH_VARS bin_dir fovea_lib_dir include_dir doc_dir NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${generated}/fovea-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${generated}/fovea-config.cmake" "${generated}/fovea-config-version.cmake"
              cmake/FoveaAddLibrary.cmake
        DESTINATION "${fovea_config_dir}")

# --- Licences and requirements ---------------------------------------------------------------

foreach(list fovea_library_packages fovea_runtime_packages)
  list(JOIN ${list} ", " ${list})
endforeach()
configure_file(cmake/REQUIREMENTS.in "${generated}/REQUIREMENTS" @ONLY)
install(FILES LICENSE NOTICE "${generated}/REQUIREMENTS" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
# Who passes Halide's library on passes its licence on: from the wheel, or a package of its own.
cmake_path(CONVERT "${Halide_DIR}/../../.." TO_CMAKE_PATH_LIST halide_folder NORMALIZE)
file(GLOB halide_licence "${halide_folder}/../halide-*.dist-info/licenses/LICENSE*"
     "${halide_folder}/share/doc/Halide/LICENSE*")
if(NOT halide_licence)
  message(FATAL_ERROR "Halide's licence is not below ${halide_folder}: expected "
                      "share/doc/Halide/LICENSE.txt, or a wheel's LICENSE.txt")
endif()
list(GET halide_licence 0 halide_licence)
install(FILES "${halide_licence}" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME LICENSE.Halide)
