#pragma once
#include <fovea/catalogue/problem.hpp>
#include <fovea/definition/definition.hpp>

#include <cstdint>
#include <string>
#include <vector>

// A planned network as plain data: which kernel runs after which, and where every tensor lives.
// Emission and the drivers of kernels read this and need no knowledge of the dialect; `plan_of`
// (compiler/ir/plan_of.hpp) takes it from the IR that the passes leave behind.
namespace fovea::ir {

// A tensor that the caller gives or receives.
struct PlanValue {
  std::string name; // "image", "conv1.weight"
  TensorType type;
};

// Where a kernel's operand or result lives, as it is stored: row-major and dense.
struct Slot {
  enum class Kind : uint8_t {
    input,     // the caller's input `number`
    output,    // the caller's output `number`
    parameter, // weight `number`
    arena,     // `offset` bytes into the arena
    prepared,  // `offset` bytes into what was prepared from the weights
  };
  Kind kind = Kind::arena;
  int number = 0;     // input, output, parameter: position in Plan's list; 0 for the others
  int64_t offset = 0; // bytes from the start of it. Of what was prepared a multiple of 64; of
                      // others of the elements' size, as tensors may be parts of others
  TensorType type;    // as the kernel sees it: a view's shape may differ from its owner's, and
                      // what is stored (Call::forms) from the definition's
};

// One run of a kernel. Calls with equal symbols have equal definitions, algorithms, schedules and
// forms.
struct Call {
  std::string symbol;    // "fovea_kernel_0123456789abcdef"
  Definition definition; // operands in the order of `operands`, results in that of `results`
  std::string algorithm; // name in the catalogue
  std::string schedule;  // text; empty: the algorithm's default for the target
  std::string layer;     // for messages and profiles: the anchor's layer; "conv1"
  std::string ops;       // all that it computes, in order: "conv tanh"
  std::vector<std::string> layers = {}; // whose ops these are: "conv1", "tanh"
  std::vector<Slot> operands;
  std::vector<Slot> results;
  catalogue::Forms forms = {};
};

// A tensor that is computed from weights before the network runs.
struct PreparedValue {
  std::string name; // "conv1.weight.prepared.0a1b2c3d": where from, and a hash of how
  TensorType type;
  int64_t offset = 0; // in what is prepared: a multiple of 64
};

struct Plan {
  std::string name; // of the network
  std::vector<PlanValue> inputs;
  std::vector<PlanValue> outputs;
  std::vector<PlanValue> parameters; // every weight of the network, used or not, in order
  int64_t arena_bytes = 0;           // a multiple of 64
  int64_t arena_lower_bound = 0;     // most bytes alive at once: no plan can need less
  std::vector<Call> calls;           // in the order of execution

  // What runs once, when the weights are bound: from parameters to what `calls` read as prepared.
  std::vector<Call> preparations;      // in the order of execution; no inputs, outputs or arena
  std::vector<PreparedValue> prepared; // what stays: no two share bytes
  int64_t prepared_bytes = 0;          // with room for what does not stay; a multiple of 64
};

} // namespace fovea::ir
