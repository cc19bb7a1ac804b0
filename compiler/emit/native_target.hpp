#pragma once
#include <llvm/Support/Error.h>

#include <string>

namespace fovea::emission {

// Registers the code generator of this machine's architecture, once in a process.
void initialize_native_target();
// Those of all architectures that LLVM knows.
void initialize_all_targets();

// Throws Error "internal error: <doing>: <why>" if there is one: LLVM's frames know no exceptions,
// so an llvm::Error becomes one only here, above them.
void throw_if(llvm::Error error, const std::string& doing);
template <class T>
T take(llvm::Expected<T> value, const std::string& doing) {
  if (!value)
    throw_if(value.takeError(), doing);
  return std::move(*value);
}

} // namespace fovea::emission
