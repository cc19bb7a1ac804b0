#pragma once
#include <fovea/error.hpp>

#include <mlir/IR/Diagnostics.h>

namespace fovea::driver {

// While it lives, errors that MLIR reports in this thread are kept instead of printed.
class Diagnostics {
 public:
  explicit Diagnostics(mlir::MLIRContext& context);
  // What was reported, as an Error at the user's line, or at `otherwise` where MLIR knows none.
  [[noreturn]] void fail(const std::string& doing, SourceLocation otherwise) const;

 private:
  std::string text_;
  SourceLocation where_;
  mlir::ScopedDiagnosticHandler handler_; // last: it writes the members above
};

} // namespace fovea::driver
