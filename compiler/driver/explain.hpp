#pragma once
#include <fovea/catalogue/algorithm.hpp>
#include <fovea/catalogue/grain.hpp>
#include <fovea/catalogue/kernel.hpp>
#include <fovea/compile.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace fovea::driver {

// How one kernel of a network is computed, and why so.
struct KernelExplanation {
  std::string layer;                   // the anchor's
  std::vector<std::string> layers;     // all that it computes: "conv1", "tanh"
  std::string ops;                     // "conv tanh"
  std::vector<std::string> same_as_it; // layers of other calls that run this very kernel
  catalogue::KernelRequest request;    // definition, algorithm, schedule, target, symbol
  std::string algorithm_summary;
  struct Doc {
    std::string layer, text;
  };
  std::vector<Doc> docs = {};     // what the authors of its ops say
  bool schedule_is_given = false; // by the user or the op's author, not the algorithm's default
  catalogue::Cost cost;           // estimated
  catalogue::Grain grain;         // what its threads share
  struct Alternative {
    std::string algorithm, summary;
    catalogue::Cost cost; // under its default schedule
  };
  std::vector<Alternative> alternatives; // that match too, the best first

  // --- why it is so: where Detail::reasons was asked for ---
  int64_t workspace_bytes = 0; // of one thread
  std::string reason = {};     // why this algorithm
  struct Other {
    std::string algorithm;
    std::string reason;                          // why not
    std::optional<catalogue::Cost> cost = {};    // of those that match
    std::optional<int64_t> workspace_bytes = {}; // likewise
  };
  std::vector<Other> others = {}; // all that the catalogue has beside it: those that match first
  struct NotFused {
    std::string producer, consumer; // layers; the kernel computes one of them
    std::string reason;
  };
  std::vector<NotFused> not_fused = {};
  struct StoredTensor {
    std::string name = {}; // of the definition's operand, or result
    bool is_result = false, is_prepared = false;
    Shape shape = {};              // as the definition has it
    catalogue::Layout layout = {}; // of what is not prepared
  };
  std::vector<StoredTensor> tensors = {};

  // Its calls in each run of the network.
  int64_t calls() const {
    return 1 + static_cast<int64_t>(same_as_it.size() / std::max<size_t>(layers.size(), 1));
  }
};

// `reasons` takes as long as lowering every kernel by all algorithms that match: their workspace is
// looked up in their loops.
enum class Detail : uint8_t { choices, reasons };

// Lowers a network without compiling a kernel; weights need not be set. One explanation for each
// distinct kernel, in the order of execution. Throws Error.
std::vector<KernelExplanation> explain(const Network& network, const CompileOptions& options,
                                       SourceLocation location, Detail detail = Detail::choices);

// What the kernel compiler makes on the way. Compiles the kernel. Throws Error.
catalogue::KernelDump dump(const KernelExplanation& kernel);

} // namespace fovea::driver
