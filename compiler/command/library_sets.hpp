#pragma once
#include "compiler/command/model_source.hpp"

#include <fovea/runtime/load_library.hpp>

namespace fovea::command {

// The programs of a library that are one network's for several sets of shapes: those that are
// called as the first. Their numbers are 0 and up.
size_t count_sets(const host::Library& library);

// The shapes of a program's inputs: "x 1x3x224x224, mask 1x224".
std::string shapes_text(const fovea_program& program);

// The number of the program whose inputs have the shapes that are given (--shape), else those of
// the user's data, where the library has several. Throws Error, with a list of the sets, where none
// fits, or more than one.
size_t pick_set(const host::Library& library, const Shapes& given, const ReadTypes& read_types);

} // namespace fovea::command
