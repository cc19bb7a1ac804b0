#pragma once
#include "compiler/command/command.hpp"

#include <fovea/compile.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace fovea::command {

// A text that the compiler makes on its way.
struct IntermediateFile {
  std::string name; // "01_import.mlir"
  std::string text;
};

// What `fovea compile --emit KIND` shows, sorted by name. No weights are needed, and the target may
// be any machine. Throws Error.
//   ir       the network as IR, one file
//   phases   the network after each phase, and the function that calls the kernels
//   kernels  of each kernel its equation, schedule, Halide statement, LLVM IR and assembly
//   asm      the assembly of all kernels, one file
std::vector<IntermediateFile> intermediate_files(std::string_view kind, const Network& network,
                                                 CompileOptions options);

} // namespace fovea::command
