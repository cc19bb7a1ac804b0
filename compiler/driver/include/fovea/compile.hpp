#pragma once
#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/target.hpp>
#include <fovea/graph/network.hpp>
#include <fovea/model.hpp>
#include <fovea/warning.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace fovea {

// What compile() is doing: reported when a phase begins, and after each kernel.
struct CompileProgress {
  // "import", "passes", "kernels", "driver", "link"; of emit() also "prepare" (weights) and "write"
  std::string phase;
  std::string layer;       // in phase "kernels": the layer whose kernel is done
  int done = 0, total = 0; // in phase "kernels"
  double seconds = 0;      // since compile() began
};

// Whether results may differ from the definition's by more than rounding in another order:
// `exact` leaves out algorithms that transform sums, as Winograd's does.
enum class Precision : uint8_t { exact, fast };

struct CompileOptions {
  // Threads that compile kernels; 0: all cores that this process may use.
  int threads = 0;
  // Schedules of one's own, by layer: {{"conv2", schedule("...")}}. The others get that of their
  // op, if its author gave it one, or the default of their algorithm, as do layers with an empty
  // one. Throws Error for a layer that is no kernel's.
  std::map<std::string, Schedule> schedules = {};
  // Likewise the algorithm, by its name in the catalogue. The others get that of their op, or the
  // one of least cost. Where it is another than the op's, the op's schedule is set aside.
  std::map<std::string, std::string> algorithms = {};
  // 0: every op as written, a kernel of its own, by the generic algorithm: what to compare with.
  // 1: without repetitions and unused ops. 2 and 3: fused, each kernel by its best algorithm.
  int optimization = 2;
  Precision precision = Precision::fast;
  // Bytes of memory beside tensors that a kernel may use in one thread while it runs
  // (KernelInfo::scratch_bytes): what would need more is not chosen. None: any. What prepares
  // weights, once, is not counted. Throws Error where nothing computes a layer within it; the
  // message says the least that is possible.
  std::optional<int64_t> max_workspace = {};
  // The folder that keeps compiled kernels for the next time; none: driver's default,
  // $FOVEA_CACHE, $XDG_CACHE_HOME/fovea or ~/.cache/fovea; an empty path: kernels are not kept.
  std::optional<std::filesystem::path> cache = {};
  // The machine to compile for; none: this one. Throws Error where this one cannot run the code.
  std::optional<catalogue::Target> target = {};
  // A folder that receives the network after each phase: 01_import.mlir, 02_..., NN_driver.mlir,
  // the function that calls the kernels. Made if absent.
  std::filesystem::path dump_phases = {};
  // A folder that receives, for each kernel, its equation, schedule, Halide statement, LLVM IR and
  // assembly. Made if absent. Every kernel is compiled twice then.
  std::filesystem::path dump_kernels = {};
  // Stop after this phase ("import" ... "plan_memory", "driver"), which leaves no model and needs
  // no weights: for dumps. Empty: go through.
  std::string stop_after = {};
  // Called during compile(), by one thread at a time.
  std::function<void(const CompileProgress&)> progress = {};
  // Called during compile(), in its thread, once for each: a schedule of one's own that suits the
  // target badly, a kernel cache that cannot be used. Empty: nothing is said, as a library prints
  // nothing unasked; to have it said:
  //   .warning = [](const Warning& warning) { std::cerr << to_string(warning) << '\n'; }
  std::function<void(const Warning&)> warning = {};
};

// Compiles a network to machine code in this process. Every weight must be set (Network::load,
// set_weight, randomize): the model shares their memory, and later changes to the network do not
// reach it. Throws Error: what is wrong, and the line of the network that it comes from.
Model compile(const Network& network, const CompileOptions& options = {},
              SourceLocation location = SourceLocation::current());

} // namespace fovea
