# fovea_add_library(<name> FROM <generator | model.mlir | zoo:NAME>
#                   [TYPE SHARED|STATIC|OBJECT]
#                   [PREFIX <identifier>]
#                   [WEIGHTS embed|file|caller]
#                   [LOAD <weights.safetensors>]
#                   [OPTIONS <option of `fovea compile`>...])
#
# A library that fovea emits at build time, as target <name>: link it to programs in C or C++ and
# include <name>.h or <name>.hpp. The files appear in the current binary directory:
# <name>.so, .a or .o, both headers, and <name>.weights for WEIGHTS file.
#
#   FROM     an executable target of yours whose main() calls fovea::generate(), a file that
#            Network::save wrote (its weights are in the .safetensors file beside it), or a
#            network of fovea's zoo
#   TYPE     SHARED unless said otherwise
#   PREFIX   the beginning of every exported name; <name> unless said otherwise
#   WEIGHTS  where the library has its weights: in itself (embed, the default), in a file beside
#            it, or from its caller
#   LOAD     a file with weights, for models that have none of their own
#
# The library is emitted again when the model, its weights, the generator or fovea changes. For a
# program linked with a shared library CMake sets the run-time path of the build tree.
function(fovea_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FROM;TYPE;PREFIX;WEIGHTS;LOAD" "OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "fovea_add_library(${name}): unknown argument '${arg_UNPARSED_ARGUMENTS}'")
  endif()
  if(arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "fovea_add_library(${name}): no value after ${arg_KEYWORDS_MISSING_VALUES}")
  endif()
  if(NOT DEFINED arg_FROM)
    message(FATAL_ERROR "fovea_add_library(${name}): FROM is missing: expected a target, "
                        "a model file or zoo:NAME")
  endif()

  # --- What is asked for ---

  if(NOT DEFINED arg_TYPE)
    set(arg_TYPE SHARED)
  endif()
  set(endings_SHARED so)
  set(endings_STATIC a)
  set(endings_OBJECT o)
  if(NOT DEFINED endings_${arg_TYPE})
    message(FATAL_ERROR "fovea_add_library(${name}): TYPE: expected SHARED, STATIC or OBJECT, "
                        "got '${arg_TYPE}'")
  endif()
  if(NOT DEFINED arg_WEIGHTS)
    set(arg_WEIGHTS embed)
  endif()
  if(NOT arg_WEIGHTS MATCHES "^(embed|file|caller)$")
    message(FATAL_ERROR "fovea_add_library(${name}): WEIGHTS: expected embed, file or caller, "
                        "got '${arg_WEIGHTS}'")
  endif()
  if(NOT DEFINED arg_PREFIX)
    string(MAKE_C_IDENTIFIER "${name}" arg_PREFIX)
  endif()

  # --- Who emits it, and from what ---

  set(inputs "$<TARGET_FILE:fovea::command>" "$<TARGET_FILE:fovea::fovea>")
  if(TARGET "${arg_FROM}")
    set(emit "${arg_FROM}")
    list(APPEND inputs "${arg_FROM}" "$<TARGET_FILE:${arg_FROM}>")
  elseif(arg_FROM MATCHES "^zoo:")
    set(emit fovea::command compile "${arg_FROM}")
  else()
    _fovea_find_input(model "${arg_FROM}")
    if(NOT model)
      message(FATAL_ERROR "fovea_add_library(${name}): FROM: there is no target and no file "
                          "'${arg_FROM}', and no command in this directory makes one")
    endif()
    set(emit fovea::command compile "${model}")
    list(APPEND inputs "${model}")
    if(NOT DEFINED arg_LOAD)
      cmake_path(REPLACE_EXTENSION model LAST_ONLY safetensors)
      _fovea_find_input(weights "${model}")
      list(APPEND inputs ${weights})
    endif()
  endif()
  set(load "")
  if(DEFINED arg_LOAD)
    _fovea_find_input(weights "${arg_LOAD}")
    if(NOT weights)
      message(FATAL_ERROR "fovea_add_library(${name}): LOAD: there is no file '${arg_LOAD}', and "
                          "no command in this directory makes one")
    endif()
    set(load --load "${weights}")
    list(APPEND inputs "${weights}")
  endif()

  # --- At build time ---

  set(stem "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  set(library "${stem}.${endings_${arg_TYPE}}")
  set(outputs "${library}" "${stem}.h" "${stem}.hpp")
  if(arg_WEIGHTS STREQUAL "file")
    set(arg_WEIGHTS "${stem}.weights")
    list(APPEND outputs "${arg_WEIGHTS}")
  endif()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND ${emit} -o "${library}" --header "${stem}.h" --cpp-header "${stem}.hpp"
            --name "${arg_PREFIX}" --weights "${arg_WEIGHTS}" ${load} ${arg_OPTIONS}
    DEPENDS ${inputs}
    COMMENT "Emitting ${name} from ${arg_FROM}"
    VERBATIM)
  add_custom_target(${name}_emitted DEPENDS ${outputs})

  # --- For target_link_libraries ---

  add_library(${name} ${arg_TYPE} IMPORTED GLOBAL)
  add_dependencies(${name} ${name}_emitted)
  if(arg_TYPE STREQUAL "OBJECT")
    set_target_properties(${name} PROPERTIES IMPORTED_OBJECTS "${library}")
  else()
    set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${library}")
  endif()
  if(arg_TYPE STREQUAL "SHARED")
    set_target_properties(${name} PROPERTIES IMPORTED_SONAME "${name}.so")
  else()
    target_link_libraries(${name} INTERFACE Threads::Threads ${CMAKE_DL_LIBS} m)
  endif()
  target_include_directories(${name} INTERFACE "${CMAKE_CURRENT_BINARY_DIR}")
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if(CXX IN_LIST languages)
    target_compile_features(${name} INTERFACE cxx_std_17) # which <name>.hpp is written in
  endif()
endfunction()

# The absolute path of a file that is in the source directory, or that a command of this directory
# makes; empty where there is none.
function(_fovea_find_input result file)
  set(${result} "" PARENT_SCOPE)
  foreach(directory "${CMAKE_CURRENT_SOURCE_DIR}" "${CMAKE_CURRENT_BINARY_DIR}")
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${directory}" NORMALIZE OUTPUT_VARIABLE path)
    get_source_file_property(generated "${path}" GENERATED)
    if(generated OR EXISTS "${path}")
      set(${result} "${path}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()
