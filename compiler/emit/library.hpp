#pragma once
#include "compiler/emit/weights_layout.hpp"
#include "compiler/ir/plan.hpp"

#include <mlir/IR/BuiltinOps.h>

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
};

// Completes the module of the driver function (build_driver) to a library: the constant tables of
// the C ABI (abi.h) and the exported functions, each a call of runtime/core with the library's own
// program. Left to the linker: kernels, runtime/core, embedded weights.
void complete_library(mlir::ModuleOp module, const Library& library);

// Likewise the module of another set of shapes (`set`: from 1 on), in an object of its own: its
// program, whose parameters, weights and preparation are the first one's.
void complete_set(mlir::ModuleOp module, const Library& library, size_t set);
// The driver function in that object, which is called driver_symbol in the module.
std::string driver_symbol_of(size_t set);

// The names that a library exports: "lenet5_run" ...
std::vector<std::string> exported_symbols(const std::string& prefix);
// The beginning of embedded weights, in an object of their own.
std::string weights_symbol(const std::string& prefix);

} // namespace fovea::emission
