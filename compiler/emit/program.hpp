#pragma once
#include "compiler/ir/plan.hpp"

#include <fovea/catalogue/target.hpp>
#include <fovea/runtime/abi.h>

#include <string>
#include <vector>

namespace fovea::emission {

static_assert(static_cast<int>(DType::f32) == FOVEA_F32 &&
              static_cast<int>(DType::boolean) == FOVEA_BOOLEAN);

// Descriptor of a plan's tensor. The name is not copied: `value` outlives the descriptor.
fovea_tensor_info tensor_info(const ir::PlanValue& value);
// Descriptor of a plan's call; its names are not copied either.
fovea_call_info call_info(const ir::Call& call);
// FOVEA_CPU_ bits of a target.
uint64_t cpu_features(const catalogue::Target& target);

// What the C ABI opens: the table of a program in this process, with the memory it points into.
class ProgramTable {
 public:
  struct Code {
    decltype(fovea_program::entry) entry;
    uint64_t thread_scratch_bytes = 0;
    uint64_t cpu_features = 0;
    decltype(fovea_program::prepare) prepare = nullptr; // where the plan prepares something
    uint64_t prepare_scratch_bytes = 0;
  };
  // `parameter_data`: one address per parameter of the plan; memory and code outlive the table.
  ProgramTable(const ir::Plan& plan, std::vector<const void*> parameter_data, const Code& code);
  ProgramTable(const ProgramTable&) = delete;
  ProgramTable& operator=(const ProgramTable&) = delete;

  const fovea_program& program() const { return program_; }

 private:
  std::string name_;
  std::vector<ir::PlanValue> inputs_, outputs_, parameters_; // own the names
  std::vector<fovea_tensor_info> input_infos_, output_infos_, parameter_infos_;
  std::vector<ir::Call> calls_; // own the names
  std::vector<fovea_call_info> call_infos_;
  std::vector<const void*> parameter_data_;
  fovea_program program_{};
};

} // namespace fovea::emission
