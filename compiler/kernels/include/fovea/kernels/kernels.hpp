#pragma once
#include <fovea/catalogue/algorithm.hpp>
#include <fovea/catalogue/kernel.hpp>

#include <memory>

// What the driver injects: the algorithms of compiler/kernels/algorithms, and their compiler.
namespace fovea::kernels {

// A machine-code compiler for all of them. It has no state: use it from any thread.
std::unique_ptr<catalogue::KernelCompiler> make_halide_compiler();

catalogue::Catalogue make_catalogue();

} // namespace fovea::kernels
