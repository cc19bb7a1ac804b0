#include "compiler/ir/ops.hpp"

#include <fovea/catalogue/schedule.hpp>
#include <fovea/error.hpp>

#include <llvm/ADT/TypeSwitch.h>
#include <mlir/IR/Builders.h>
#include <mlir/IR/DialectImplementation.h>

#define GET_ATTRDEF_CLASSES
#include "compiler/ir/FoveaAttributes.cpp.inc"

namespace fovea::ir {

void FoveaDialect::register_attributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/ir/FoveaAttributes.cpp.inc"
      >();
}

namespace {

constexpr int64_t max_channel_block = 1024;

// The c of "nchw<c>c"; 0 where the name is another.
int64_t block_of(llvm::StringRef name) {
  int64_t block = 0;
  if (!name.consume_front("nchw") || !name.consume_back("c") || name.getAsInteger(10, block))
    return 0;
  return block >= 1 && block <= max_channel_block ? block : 0;
}

} // namespace

int64_t LayoutAttr::channel_block() const {
  return block_of(getName());
}

llvm::LogicalResult LayoutAttr::verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                                       llvm::StringRef name) {
  if (name == "nchw" || name == "nhwc" || block_of(name) != 0)
    return mlir::success();
  return emitError() << "layout expects nchw, nhwc or nchw<c>c with c from 1 to "
                     << max_channel_block << ", got " << name;
}

mlir::Attribute LayoutAttr::parse(mlir::AsmParser& parser, mlir::Type) {
  std::string name;
  const llvm::SMLoc location = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeywordOrString(&name) || parser.parseGreater())
    return {};
  return LayoutAttr::getChecked([&] { return parser.emitError(location); }, parser.getContext(),
                                name);
}

void LayoutAttr::print(mlir::AsmPrinter& printer) const {
  printer << "<";
  printer.printKeywordOrString(getName());
  printer << ">";
}

llvm::LogicalResult ScheduleAttr::verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                                         llvm::StringRef text) {
  // The parser of schedules reports by exception; none may pass through MLIR's frames.
  try {
    (void)catalogue::Schedule::parse(text.str());
    return mlir::success();
  } catch (const Error& error) {
    return emitError() << "schedule: " << error.what();
  }
}

} // namespace fovea::ir
