#include "compiler/ir/source_of.hpp"

#include <mlir/IR/MLIRContext.h>

#include <mutex>
#include <set>
#include <string>

namespace fovea::ir {

const char* kept_name(llvm::StringRef file) {
  static std::mutex mutex;
  static std::set<std::string> names; // as many as files of source code
  const std::lock_guard lock(mutex);
  return names.insert(file.str()).first->c_str();
}

SourceLocation source_of(mlir::Location location) {
  SourceLocation found;
  location->walk([&](mlir::Location part) {
    auto line = mlir::dyn_cast<mlir::FileLineColLoc>(part);
    if (!line)
      return mlir::WalkResult::advance();
    found = {kept_name(line.getFilename().getValue()), line.getLine(), line.getColumn()};
    return mlir::WalkResult::interrupt();
  });
  return found;
}

} // namespace fovea::ir
