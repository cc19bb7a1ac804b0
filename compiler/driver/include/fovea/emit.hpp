#pragma once
#include <fovea/compile.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace fovea {

// Where an emitted library's weights are.
enum class WeightsPlace : uint8_t {
  embed,  // in the library
  file,   // in a file, mapped when a model is opened; its size and hash are checked
  caller, // given by the caller when a model is opened
};

struct EmitOptions {
  // The C header: all that a program needs beside the library. Empty: none is written.
  std::filesystem::path header = {};
  // A C++ header over the C header, with destructors and spans. Empty: none.
  std::filesystem::path cpp_header = {};
  // The beginning of every exported name; a C identifier. Empty: made of the network's name.
  std::string prefix = {};
  WeightsPlace weights = WeightsPlace::embed;
  // For WeightsPlace::file. Empty: beside the library, with the ending .weights. At run time the
  // library looks for this name in its own folder, unless told a path.
  std::filesystem::path weights_file = {};
  // The target is the machine that compiles, unless `compile.target` names another.
  CompileOptions compile = {};
  // Several targets of one architecture, in place of `compile.target`: the library holds the
  // network for each, and runs the best that the processor can when a model is opened (or the one
  // that the environment's FOVEA_TARGET names: "x86-64-v3"). Its weights are stored once, as they
  // are, and prepared when a model is opened.
  std::vector<catalogue::Target> targets = {};
};

struct EmittedFile {
  std::filesystem::path path;
  int64_t bytes = 0;
};

// What emit() wrote, and of what.
struct EmittedLibrary {
  std::string prefix;
  size_t sets = 1;                  // of shapes
  std::vector<std::string> targets; // what it runs on, the best first: "x86-64-v3"
  std::vector<EmittedFile> files;   // the library first
  std::vector<KernelInfo> kernels;
  // Those that pack or transform weights: parts of the library where the caller gives the weights,
  // or there are several targets; else they ran, and the library or its weights file holds what
  // they made.
  std::vector<KernelInfo> preparations;
  int64_t parameter_bytes = 0;      // of the network's weights
  int64_t prepared_bytes = 0;       // of what preparations make of them
  int64_t arena_bytes = 0;          // of a context, for intermediate results
  int64_t thread_scratch_bytes = 0; // of each of its threads
  double seconds = 0;
};

// Writes a network as a library that stands alone: a shared library (`.so`), an archive (`.a`) or
// one object (`.o`), by the ending of `library`. It needs the C library, libm and threads, exports
// names that begin with the prefix, and holds its own runtime. All files appear whole or not at
// all; on failure existing ones are untouched. Weights must be set, except for
// WeightsPlace::caller. Throws Error.
EmittedLibrary emit(const Network& network, const std::filesystem::path& library,
                    const EmitOptions& options = {},
                    SourceLocation location = SourceLocation::current());

// The same for one network at several sets of shapes of its inputs, as load_network makes them of a
// model that leaves extents open: a library that holds them all, picks at run time the one that its
// inputs' shapes ask for, and refuses others with a list of its sets. Equal weights are stored
// once; kernels that sets have in common, too. Inputs, outputs, their element types and numbers of
// extents are the same in all sets, and no two sets have the same inputs' shapes. Where the caller
// gives the weights, these are the same too, and a model prepares them for each set. Throws Error.
EmittedLibrary emit(std::span<const Network> sets, const std::filesystem::path& library,
                    const EmitOptions& options = {},
                    SourceLocation location = SourceLocation::current());

} // namespace fovea
