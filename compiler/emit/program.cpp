#include "compiler/emit/program.hpp"

#include <fovea/error.hpp>

namespace fovea::emission {

fovea_tensor_info tensor_info(const ir::PlanValue& value) {
  fovea_tensor_info info{};
  info.struct_size = sizeof info;
  info.name = value.name.c_str();
  info.dtype = static_cast<fovea_dtype>(value.type.dtype);
  info.rank = value.type.shape.rank();
  for (int k = 0; k < value.type.shape.rank(); ++k)
    info.extents[k] = value.type.shape[k];
  info.bytes = static_cast<uint64_t>(value.type.bytes());
  return info;
}

static uint64_t moved_bytes(const std::vector<ir::Slot>& slots) {
  uint64_t bytes = 0;
  for (const ir::Slot& slot : slots)
    bytes += static_cast<uint64_t>(slot.type.bytes());
  return bytes;
}

static uint64_t written_elements(const std::vector<ir::Slot>& results) {
  uint64_t elements = 0;
  for (const ir::Slot& slot : results)
    elements += static_cast<uint64_t>(slot.type.shape.elements());
  return elements;
}

fovea_call_info call_info(const ir::Call& call) {
  const auto macs = static_cast<uint64_t>(count_macs(call.definition));
  fovea_call_info info{};
  info.struct_size = sizeof info;
  info.layer = call.layer.c_str();
  info.ops = call.ops.c_str();
  info.algorithm = call.algorithm.c_str();
  info.macs = macs ? macs : written_elements(call.results);
  info.bytes = moved_bytes(call.operands) + moved_bytes(call.results);
  return info;
}

uint64_t cpu_features(const catalogue::Target& target) {
  uint64_t bits = 0;
  const auto add = [&](bool has, uint64_t bit) { bits |= has ? bit : 0; };
  add(target.sse41, FOVEA_CPU_SSE41);
  add(target.avx, FOVEA_CPU_AVX);
  add(target.avx2, FOVEA_CPU_AVX2);
  add(target.fma, FOVEA_CPU_FMA);
  add(target.f16c, FOVEA_CPU_F16C);
  add(target.avx512, FOVEA_CPU_AVX512);
  return bits;
}

static std::vector<fovea_tensor_info> infos(const std::vector<ir::PlanValue>& values) {
  std::vector<fovea_tensor_info> list;
  for (const ir::PlanValue& value : values)
    list.push_back(tensor_info(value));
  return list;
}

ProgramTable::ProgramTable(const ir::Plan& plan, std::vector<const void*> parameter_data,
                           const Code& code)
    : name_(plan.name), inputs_(plan.inputs), outputs_(plan.outputs), parameters_(plan.parameters),
      input_infos_(infos(inputs_)), output_infos_(infos(outputs_)),
      parameter_infos_(infos(parameters_)), calls_(plan.calls),
      parameter_data_(std::move(parameter_data)) {
  for (const ir::Call& call : calls_)
    call_infos_.push_back(call_info(call));
  if (parameter_data_.size() != parameters_.size())
    throw Error({.what = "internal error: '" + name_ + "' got contents for some parameters only",
                 .expected = std::to_string(parameters_.size()),
                 .got = std::to_string(parameter_data_.size())});
  program_.struct_size = sizeof program_;
  program_.abi_version = FOVEA_ABI_VERSION;
  program_.name = name_.c_str();
  program_.input_count = input_infos_.size();
  program_.inputs = input_infos_.data();
  program_.output_count = output_infos_.size();
  program_.outputs = output_infos_.data();
  program_.parameter_count = parameter_infos_.size();
  program_.parameters = parameter_infos_.data();
  program_.parameter_data = parameter_data_.data();
  program_.arena_bytes = static_cast<uint64_t>(plan.arena_bytes);
  program_.thread_scratch_bytes = code.thread_scratch_bytes;
  program_.entry = code.entry;
  program_.call_count = call_infos_.size();
  program_.calls = call_infos_.data();
  program_.cpu_features = code.cpu_features;
  program_.prepared_bytes = static_cast<uint64_t>(plan.prepared_bytes);
  program_.prepare = code.prepare;
  program_.prepare_scratch_bytes = code.prepare_scratch_bytes;
}

} // namespace fovea::emission
