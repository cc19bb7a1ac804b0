#include "compiler/driver/versions.hpp"

#include <fovea/kernels/kernels.hpp>
#include <fovea/runtime/abi.h>
#include <fovea/version.hpp>

#include <fmt/format.h>
#include <llvm/Config/llvm-config.h>

namespace fovea::driver {
namespace {

std::string cxx_compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

} // namespace

Versions versions() {
  return {.fovea = FOVEA_VERSION,
          .abi = FOVEA_ABI_VERSION,
          .llvm = LLVM_VERSION_STRING,
          .halide = kernels::halide_version(),
          .cxx = cxx_compiler()};
}

} // namespace fovea::driver
