#pragma once
#include "compiler/driver/weights.hpp"
#include "compiler/emit/jit.hpp"
#include "compiler/emit/program.hpp"

#include <fovea/model.hpp>
#include <fovea/runtime/model.hpp>

#include <mutex>
#include <optional>

namespace fovea {

// Code, table and weights of a compiled network: what the runtime's model points into.
struct LoadedProgram {
  emission::Jit jit;
  driver::Weights weights;
  emission::ProgramTable table;
};

struct Model::State {
  std::string name;
  std::vector<TensorInfo> inputs, outputs;
  std::vector<KernelInfo> kernels, preparations;
  double compile_seconds = 0;
  int64_t arena_bytes = 0;
  int64_t parameter_bytes = 0, prepared_bytes = 0;
  host::Model model; // keeps the LoadedProgram alive

  // The context behind Model::run.
  std::mutex mutex;
  std::optional<Context> own_context;
};

// The only one who makes models.
class ModelBuilder {
 public:
  struct Facts {
    std::vector<KernelInfo> kernels, preparations;
    double seconds = 0; // that compilation took
  };
  static Model make(const ir::Plan& plan, std::shared_ptr<const LoadedProgram> program,
                    Facts facts);
};

} // namespace fovea
