#include "compiler/emit/program.hpp"

#include <fovea/error.hpp>

namespace fovea::emit {

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

static std::vector<fovea_tensor_info> infos(const std::vector<ir::PlanValue>& values) {
  std::vector<fovea_tensor_info> list;
  for (const ir::PlanValue& value : values)
    list.push_back(tensor_info(value));
  return list;
}

ProgramTable::ProgramTable(const ir::Plan& plan, std::vector<const void*> parameter_data,
                           uint64_t thread_scratch_bytes, decltype(fovea_program::entry) entry)
    : name_(plan.name), inputs_(plan.inputs), outputs_(plan.outputs), parameters_(plan.parameters),
      input_infos_(infos(inputs_)), output_infos_(infos(outputs_)),
      parameter_infos_(infos(parameters_)), parameter_data_(std::move(parameter_data)) {
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
  program_.thread_scratch_bytes = thread_scratch_bytes;
  program_.entry = entry;
}

} // namespace fovea::emit
