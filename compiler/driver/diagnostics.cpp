#include "compiler/driver/diagnostics.hpp"

#include "compiler/ir/source_of.hpp"

namespace fovea::driver {

Diagnostics::Diagnostics(mlir::MLIRContext& context)
    : handler_(&context, [this](mlir::Diagnostic& diagnostic) {
        if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
          return;
        if (!where_.known())
          where_ = ir::source_of(diagnostic.getLocation());
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
