#include "compiler/command/inspect_program.hpp"

#include <fmt/format.h>

#include <utility>

namespace fovea::command {
namespace {

std::string text(const char* words) {
  return words ? words : "";
}

std::vector<ProgramTensor> tensors(const fovea_tensor_info* first, uint64_t count) {
  std::vector<ProgramTensor> list;
  for (uint64_t k = 0; k < count; ++k) {
    const fovea_tensor_info& info = record(first, k);
    list.push_back({text(info.name),
                    info.dtype,
                    {info.extents, info.extents + info.rank},
                    static_cast<int64_t>(info.bytes)});
  }
  return list;
}

} // namespace

std::vector<ProgramTensor> inputs_of(const fovea_program& program) {
  return tensors(program.inputs, program.input_count);
}
std::vector<ProgramTensor> outputs_of(const fovea_program& program) {
  return tensors(program.outputs, program.output_count);
}
std::vector<ProgramTensor> parameters_of(const fovea_program& program) {
  return tensors(program.parameters, program.parameter_count);
}

std::vector<KernelCall> calls_of(const fovea_program& program) {
  std::vector<KernelCall> list;
  for (uint64_t k = 0; k < program.call_count; ++k) {
    const fovea_call_info& call = record(program.calls, k);
    list.push_back({text(call.layer), text(call.ops), text(call.algorithm),
                    static_cast<int64_t>(call.macs), static_cast<int64_t>(call.bytes)});
  }
  return list;
}

std::vector<std::string> cpu_features_of(const fovea_program& program) {
  static constexpr std::pair<uint64_t, const char*> names[] = {
      {FOVEA_CPU_SSE41, "sse41"}, {FOVEA_CPU_AVX, "avx"},   {FOVEA_CPU_AVX2, "avx2"},
      {FOVEA_CPU_FMA, "fma"},     {FOVEA_CPU_F16C, "f16c"}, {FOVEA_CPU_AVX512, "avx512"}};
  std::vector<std::string> list;
  uint64_t rest = program.cpu_features;
  for (const auto& [bit, name] : names)
    if (rest & bit) {
      list.emplace_back(name);
      rest &= ~bit;
    }
  if (rest)
    list.push_back(fmt::format("unknown ({:#x})", rest));
  return list;
}

int64_t total_bytes(const std::vector<ProgramTensor>& tensors) {
  int64_t sum = 0;
  for (const ProgramTensor& tensor : tensors)
    sum += tensor.bytes;
  return sum;
}

Json to_json(const ProgramTensor& tensor) {
  return {{"name", tensor.name},
          {"dtype", fovea_dtype_name(tensor.dtype)},
          {"shape", tensor.shape},
          {"bytes", tensor.bytes}};
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string words;
  for (const int64_t extent : shape)
    words += (words.empty() ? "" : "x") + std::to_string(extent);
  return words.empty() ? "scalar" : words;
}

} // namespace fovea::command
