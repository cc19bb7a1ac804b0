#pragma once
#include <fovea/catalogue/machine.hpp>

#include <filesystem>

namespace fovea::driver {

// What costs are estimated with: this machine's figures for code of `target`, measured once (half a
// second) and kept in `cache`, the kernel cache's folder, so that equal compilations choose
// equally. Where the target's code cannot run here, or `cache` is empty, what such a target usually
// does.
catalogue::Machine machine_for(const catalogue::Target& target, const std::filesystem::path& cache);

// May code of `target` run on this machine?
bool runs_here(const catalogue::Target& target);

} // namespace fovea::driver
