#pragma once
#include "compiler/ir/plan.hpp"

#include <fovea/catalogue/kernel.hpp>
#include <fovea/graph/network.hpp>
#include <fovea/model.hpp>

#include <filesystem>
#include <functional>

namespace fovea::driver {

struct KernelJobs {
  const ir::Plan& plan;
  const Network& network; // for the user's lines in messages
  const catalogue::KernelCompiler& compiler;
  const catalogue::Target& target;
  int threads = 1;
  std::filesystem::path dump_folder;                                       // empty: no dumps
  std::function<void(const std::string& layer, int done, int total)> done; // one call at a time
};

struct CompiledKernel {
  catalogue::KernelObject object;
  KernelInfo info;
};

// Compiles each kernel of the plan once, in the order of first use. Throws the error of the
// earliest kernel among those that failed, with the layer and the user's line; the others are then
// left.
std::vector<CompiledKernel> compile_kernels(const KernelJobs& jobs);

} // namespace fovea::driver
