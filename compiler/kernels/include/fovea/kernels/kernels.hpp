#pragma once
#include <fovea/catalogue/algorithm.hpp>
#include <fovea/catalogue/kernel.hpp>

#include <memory>
#include <string>
#include <string_view>

// What the driver injects: the algorithms of compiler/kernels/algorithms, and their compiler.
namespace fovea::kernels {

// A machine-code compiler for all of them. It has no state: use it from any thread.
std::unique_ptr<catalogue::KernelCompiler> make_halide_compiler();

catalogue::Catalogue make_catalogue();

// Of the Halide that this was built with: "21.0.0".
std::string halide_version();

// Another one after every change to the code that makes kernels: a hash of this library and of the
// two that it stands on, taken when it was built. A cache of kernels is good for one identity.
std::string_view code_identity();

} // namespace fovea::kernels
