#include "compiler/emit/native_target.hpp"

#include <fovea/error.hpp>

#include <llvm/Support/TargetSelect.h>

#include <mutex>

namespace fovea::emission {

void initialize_native_target() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
}

void initialize_all_targets() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeAllTargetInfos();
    llvm::InitializeAllTargets();
    llvm::InitializeAllTargetMCs();
    llvm::InitializeAllAsmPrinters();
  });
}

void throw_if(llvm::Error error, const std::string& doing) {
  if (error)
    throw Error({.what = "internal error: " + doing, .detail = llvm::toString(std::move(error))});
}

} // namespace fovea::emission
