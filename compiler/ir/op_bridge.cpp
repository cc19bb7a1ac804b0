#include "compiler/ir/op_bridge.hpp"

#include "compiler/ir/ops.hpp"

#include <llvm/ADT/TypeSwitch.h>
#include <mlir/IR/Builders.h>
#include <mlir/IR/Diagnostics.h>

namespace fovea::ir {

mlir::Attribute to_mlir(mlir::MLIRContext& context, const AttributeValue& value) {
  mlir::Builder builder(&context);
  struct Convert {
    mlir::Builder& builder;
    mlir::Attribute operator()(bool value) { return builder.getBoolAttr(value); }
    mlir::Attribute operator()(int64_t value) { return builder.getI64IntegerAttr(value); }
    mlir::Attribute operator()(double value) { return builder.getF64FloatAttr(value); }
    mlir::Attribute operator()(const std::string& value) { return builder.getStringAttr(value); }
    mlir::Attribute operator()(const std::vector<int64_t>& value) {
      return builder.getDenseI64ArrayAttr(value);
    }
  };
  return std::visit(Convert{builder}, value);
}

std::optional<AttributeValue> from_mlir(mlir::Attribute attribute) {
  using Result = std::optional<AttributeValue>;
  return llvm::TypeSwitch<mlir::Attribute, Result>(attribute)
      .Case<mlir::BoolAttr>([](auto boolean) -> Result { return boolean.getValue(); })
      .Case<mlir::IntegerAttr>([](auto integer) -> Result {
        if (!integer.getType().isSignlessInteger(64))
          return std::nullopt;
        return integer.getInt();
      })
      .Case<mlir::FloatAttr>([](auto number) -> Result {
        if (!number.getType().isF64())
          return std::nullopt;
        return number.getValueAsDouble();
      })
      .Case<mlir::StringAttr>([](auto text) -> Result { return text.getValue().str(); })
      .Case<mlir::DenseI64ArrayAttr>([](auto list) -> Result {
        return std::vector<int64_t>(list.asArrayRef().begin(), list.asArrayRef().end());
      })
      .Default([](auto) -> Result { return std::nullopt; });
}

llvm::LogicalResult report_attribute(mlir::Operation* op, const char* name) {
  if (const mlir::Attribute attribute = op->getAttr(name))
    return op->emitOpError() << "expects a value of its kind for attribute '" << name << "', got "
                             << attribute;
  return op->emitOpError() << "expects an attribute '" << name << "', got none";
}

namespace {

// "expects padded extent >= 5, got 3: the 5x5 kernel does not fit its 3x3 input"
llvm::LogicalResult report(mlir::Operation* op, const ShapeError& error) {
  const Shape input = op->getNumOperands() ? tensor_type_of(op->getOperand(0)).shape : Shape{};
  const std::string what = render(error.what, error, input);
  const std::string expected = render(error.expected, error, input);
  const std::string got = render(error.got, error, input);
  const std::string hint = render(error.hint, error, input);
  mlir::InFlightDiagnostic diagnostic = op->emitOpError();
  if (expected.empty())
    diagnostic << what;
  else
    diagnostic << "expects " << expected << ", got " << got << ": " << what;
  if (!hint.empty())
    diagnostic.attachNote() << "hint: " << hint;
  return diagnostic;
}

} // namespace

llvm::LogicalResult verify_results(mlir::Operation* op, const Inferred& inferred) {
  if (!inferred.ok())
    return report(op, inferred.error);
  if (inferred.results.size() != op->getNumResults())
    return op->emitOpError() << "expects " << inferred.results.size() << " results, got "
                             << op->getNumResults();
  for (size_t k = 0; k < inferred.results.size(); ++k) {
    const mlir::Type got = op->getResult(static_cast<unsigned>(k)).getType();
    if (!(inferred.results[k] == tensor_type_of(got)))
      return op->emitOpError() << "expects result type "
                               << to_mlir(*op->getContext(), inferred.results[k]) << ", got "
                               << got;
  }
  return mlir::success();
}

llvm::LogicalResult verify_against(const AnyOp& described, mlir::Operation* op) {
  const Types operands = types_of(op->getOperands());
  if (described.inputs() >= 0) {
    const size_t count = static_cast<size_t>(described.inputs());
    Types inputs;
    for (size_t k = 0; k < operands.size() && k < count; ++k)
      inputs.push_back(operands[k]);
    const size_t expected = count + described.parameters(inputs).size();
    if (op->getNumOperands() != expected)
      return op->emitOpError() << "expects " << expected << " operands, got "
                               << op->getNumOperands();
  } else if (operands.empty() || operands.overflowed()) {
    return op->emitOpError() << "expects 1 to " << max_operands << " operands, got "
                             << op->getNumOperands();
  }
  return verify_results(op, described.infer(operands));
}

} // namespace fovea::ir
