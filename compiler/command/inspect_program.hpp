#pragma once
#include "compiler/command/command.hpp"

#include <fovea/runtime/abi.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// What the table of a compiled network, or of an emitted library, says of it.
namespace fovea::command {

// Of a program's array of records. Those of a later version may be longer: the first one's size is
// the distance of all.
template <class Record>
const Record& record(const Record* first, uint64_t index) {
  const auto* bytes = reinterpret_cast<const std::byte*>(first);
  return *reinterpret_cast<const Record*>(bytes + index * first->struct_size);
}

struct ProgramTensor {
  std::string name;
  fovea_dtype dtype = FOVEA_F32;
  std::vector<int64_t> shape;
  int64_t bytes = 0;
};

// A kernel at its place in the order of execution.
struct KernelCall {
  std::string layer, ops, algorithm;
  int64_t macs = 0;  // multiply-accumulate operations; where there are none, elements written
  int64_t bytes = 0; // operands and results, each once
};

std::vector<ProgramTensor> inputs_of(const fovea_program& program);
std::vector<ProgramTensor> outputs_of(const fovea_program& program);
std::vector<ProgramTensor> parameters_of(const fovea_program& program);
// Empty where the program does not say.
std::vector<KernelCall> calls_of(const fovea_program& program);
// Instruction sets that its code needs beyond the baseline: {"avx", "avx2"}.
std::vector<std::string> cpu_features_of(const fovea_program& program);

int64_t total_bytes(const std::vector<ProgramTensor>& tensors);

// {"name": "image", "dtype": "f32", "shape": [1, 1, 28, 28], "bytes": 3136}
Json to_json(const ProgramTensor& tensor);

// "1x6x28x28"
std::string shape_text(const std::vector<int64_t>& shape);

} // namespace fovea::command
