#include "compiler/driver/diagnostics.hpp"

#include <mlir/IR/Location.h>
#include <mlir/IR/MLIRContext.h>

#include <mutex>
#include <set>

namespace fovea::driver {

// A SourceLocation refers to its file's name, and an Error outlives the context that knows it.
// There are as many names as files of source code.
static const char* keep(llvm::StringRef name) {
  static std::mutex mutex;
  static std::set<std::string> names;
  const std::lock_guard lock(mutex);
  return names.insert(name.str()).first->c_str();
}

static SourceLocation source_of(mlir::Location location) {
  SourceLocation found;
  location->walk([&](mlir::Location part) {
    auto line = mlir::dyn_cast<mlir::FileLineColLoc>(part);
    if (!line)
      return mlir::WalkResult::advance();
    found = {keep(line.getFilename().getValue()), line.getLine(), line.getColumn()};
    return mlir::WalkResult::interrupt();
  });
  return found;
}

Diagnostics::Diagnostics(mlir::MLIRContext& context)
    : handler_(&context, [this](mlir::Diagnostic& diagnostic) {
        if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
          return;
        if (!where_.known())
          where_ = source_of(diagnostic.getLocation());
        text_ += (text_.empty() ? "" : "\n  ") + diagnostic.str();
        for (const mlir::Diagnostic& note : diagnostic.getNotes())
          text_ += "\n  " + note.str();
      }) {}

void Diagnostics::fail(const std::string& doing, SourceLocation otherwise) const {
  throw Error(
      {.what = text_.empty() ? "internal error: " + doing + " failed and says not why" : text_,
       .where = where_.known() ? where_ : otherwise});
}

} // namespace fovea::driver
