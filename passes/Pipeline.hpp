#pragma once
#include <fovea/catalogue/algorithm.hpp>
#include <fovea/catalogue/target.hpp>
#include <fovea/location.hpp>

#include <llvm/Support/LogicalResult.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mlir {
class ModuleOp;
}

// From imported network to planned kernels.
namespace fovea::passes {

// What was chosen for a layer instead of the catalogue's best; either may be empty.
struct LayerChoice {
  // By the options, or by the author of the layer's op, there.
  struct Source {
    bool is_op = false;
    SourceLocation where = {};
  };
  std::string algorithm = {}; // name in the catalogue
  std::string schedule = {};  // text
  Source algorithm_source = {}, schedule_source = {};

  // By the names that users know.
  const char* algorithm_origin() const {
    return algorithm_source.is_op ? "the op's algorithm" : "CompileOptions::algorithms";
  }
  const char* schedule_origin() const {
    return schedule_source.is_op ? "the op's schedule" : "CompileOptions::schedules";
  }
};

// Two layers of which one reads what the other makes, element by element, that are two kernels all
// the same.
struct FusionRefusal {
  std::string producer, consumer; // layers: "conv1", "relu"
  std::string reason;             // "its result is an output of the network"
};

struct PipelineOptions {
  const catalogue::Catalogue* catalogue =
      nullptr; // must outlive the passes; fuse and select need it
  catalogue::Target target = {};
  catalogue::Machine machine = {}; // what costs are estimated for; default: nominal(target)
  std::map<std::string, LayerChoice> layers = {}; // by layer name
  bool simplify = true;                           // false: every op stays as the user wrote it
  bool fuse = true;                               // false: each op is a kernel of its own
  bool generic = false; // true: the generic algorithm computes what no choice names another for
  bool layouts = true;  // false: every tensor is row-major
  bool share = true;    // false: every kernel's results have memory of their own
  // What depends on weights alone is computed once, when they are bound; false: in each run, and
  // no operand is packed.
  bool prepare = true;
  // What no choice may exceed. Without the freedom to transform sums (Winograd, FFT) nothing else
  // is reassociated either.
  catalogue::Limits limits = {};

  // Receives why neighbours were not fused, as it is decided; null: nobody asks.
  std::vector<FusionRefusal>* refusals = nullptr;

  // Where to write the IR after each phase, as 01_import.mlir, 02_canonicalise.mlir ...; empty:
  // nowhere. The folder is made.
  std::string dump_directory = {};
  std::string stop_after = {}; // the name of a phase; empty: run them all
};

// What was chosen for `layer`; both empty where the catalogue decides.
LayerChoice choice_for(const PipelineOptions& options, const std::string& layer);
// How `problem` is solved: by the algorithm chosen for `layer`, else by the catalogue's best
// within the limits, with the operands in `known` (before the kernel runs) prepared as it
// wants. The schedule is the algorithm's own. Throws Error where the catalogue has none of that
// name, or where the chosen one exceeds a limit or does not match.
catalogue::Choice algorithm_for(const PipelineOptions& options, const std::string& layer,
                                const catalogue::Problem& problem, const std::vector<bool>& known);

// The algorithm that the kernel of `definition` will have, as far as that can be told before
// layouts are assigned: the best where each has its tensors as it prefers, and those that are known
// before the kernel runs prepared.
const catalogue::Algorithm& likely_algorithm(const PipelineOptions& options,
                                             const std::string& layer, const Definition& definition,
                                             const std::vector<bool>& known);

// What the kernel of `definition` will probably take by the best algorithm of `catalogue`; none
// where none computes it within the limits.
std::optional<double> likely_seconds(const PipelineOptions& options,
                                     const catalogue::Catalogue& catalogue,
                                     const Definition& definition, const std::vector<bool>& known);

// The phases in order: "import", "canonicalise", "chain_joins", "hoist_weights",
// "materialise_outputs", "fuse", "chain_convolutions", "assign_layouts", "share_memory", "select",
// "prepare", "plan_memory".
std::vector<std::string> phase_names();

// Runs the phases on a module that import_network made (phase "import" is done, but dumped here).
// Failures are diagnostics of the module's context.
llvm::LogicalResult run_pipeline(mlir::ModuleOp module, const PipelineOptions& options);

// Makes the passes known to an opt tool, as --fovea-canonicalise ... and --fovea-pipeline.
void register_passes(const PipelineOptions& options);

} // namespace fovea::passes
