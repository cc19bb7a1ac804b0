#pragma once
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

// Where a kernel's operand or result lives. All tensors are row-major and dense.
struct Slot {
  enum class Kind : uint8_t {
    input,     // the caller's input `number`
    output,    // the caller's output `number`
    parameter, // weight `number`
    arena,     // `offset` bytes into the arena
  };
  Kind kind = Kind::arena;
  int number = 0;     // input, output, parameter: position in Plan's list; 0 for arena
  int64_t offset = 0; // arena: bytes from its start, a multiple of 64; 0 for the others
  TensorType type;    // as the kernel sees it: a view's shape may differ from its owner's
};

// One run of a kernel. Calls with equal symbols have equal definitions, algorithms and schedules.
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
};

struct Plan {
  std::string name; // of the network
  std::vector<PlanValue> inputs;
  std::vector<PlanValue> outputs;
  std::vector<PlanValue> parameters; // every weight of the network, used or not, in order
  int64_t arena_bytes = 0;           // a multiple of 64
  int64_t arena_lower_bound = 0;     // most bytes alive at once: no plan can need less
  std::vector<Call> calls;           // in the order of execution
};

} // namespace fovea::ir
