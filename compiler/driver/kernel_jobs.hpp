#pragma once
#include "compiler/ir/plan.hpp"

#include <fovea/catalogue/kernel.hpp>
#include <fovea/graph/network.hpp>
#include <fovea/model.hpp>

#include <filesystem>
#include <functional>
#include <span>

namespace fovea::driver {

struct KernelJobs {
  std::span<const ir::Call> calls;        // that run the network
  std::span<const ir::Call> preparations; // that prepare its weights
  const Network& network;                 // for the user's lines in messages
  const catalogue::Target& target;
  bool default_schedules = false; // for this target, instead of the calls' own
  int threads = 1;
  std::filesystem::path dump_folder;                                       // empty: no dumps
  std::function<void(const std::string& layer, int done, int total)> done; // one call at a time
};

struct CompiledKernel {
  catalogue::KernelObject object;
  KernelInfo info;
  bool runs = false;     // is one of `calls`
  bool prepares = false; // is one of `preparations`
};

// Compiles each kernel once, in the order of first use. Throws the error of the
// earliest kernel among those that failed, with the layer and the user's line; the others are then
// left.
std::vector<CompiledKernel> compile_kernels(const KernelJobs& jobs,
                                            const catalogue::KernelCompiler& compiler);

} // namespace fovea::driver
