#pragma once
#include "compiler/emit/weights_layout.hpp"
#include "compiler/ir/plan.hpp"

#include <mlir/IR/BuiltinOps.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fovea::emission {

// Where a library finds its weights (fovea::WeightsPlace, of the driver's room).
enum class LibraryWeights : uint8_t { embedded, file, caller };

// What a library is made of, beside the code of its kernels.
struct Library {
  const ir::Plan& plan;
  std::string prefix; // a C identifier
  LibraryWeights weights = LibraryWeights::embedded;
  WeightsLayout layout;          // embedded: from weights_symbol; file: from its beginning
  std::string weights_file_name; // file: without folder
  uint64_t thread_scratch_bytes = 0;
  uint64_t prepare_scratch_bytes = 0;
  uint64_t cpu_features = 0; // FOVEA_CPU_ bits
  // Of the first program of a library for several sets of shapes: the plans of the others.
  std::vector<const ir::Plan*> other_sets = {};
  size_t sets = 1;                       // of shapes, for each target
  std::vector<std::string> targets = {}; // their names, the best first; empty: there is one
};

// Completes the module of the driver function (build_driver) to a library: the constant tables of
// the C ABI (abi.h) and the exported functions, each a call of runtime/core with the library's own
// program. Left to the linker: kernels, runtime/core, embedded weights.
void complete_library(mlir::ModuleOp module, const Library& library);

// Likewise the module of another of the library's programs (`number`: from 1 on; all sets of the
// first target, then of the next), in an object of its own: its program, whose parameters and
// weights are the first one's, and whose preparation is that of its target's first set.
void complete_other_program(mlir::ModuleOp module, const Library& library, size_t number);
// What the functions that its object defines are called there: each module has a driver_symbol, and
// that of a target's first set a prepare_symbol.
std::map<std::string, std::string> symbols_of_other_program(const Library& library, size_t number);

// The names that a library exports: "lenet5_run" ...
std::vector<std::string> exported_symbols(const std::string& prefix);
// The beginning of embedded weights, in an object of their own.
std::string weights_symbol(const std::string& prefix);

} // namespace fovea::emission
