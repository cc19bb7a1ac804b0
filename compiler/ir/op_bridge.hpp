#pragma once
#include "compiler/ir/types.hpp"

#include <fovea/op/op.hpp>

#include <mlir/IR/BuiltinAttributes.h>
#include <mlir/IR/Operation.h>

// Between an op of the dialect and its struct in fovea::ops: one piece of code for all of them. An
// attribute has the name that the struct's `visit` gives it.
namespace fovea::ir {

mlir::Attribute to_mlir(mlir::MLIRContext& context, const AttributeValue& value);
// Nothing where an attribute is of none of an op's kinds.
std::optional<AttributeValue> from_mlir(mlir::Attribute attribute);

// What the verifiers of all ops check with the outcome of the shape rule.
llvm::LogicalResult verify_results(mlir::Operation* op, const Inferred& inferred);
llvm::LogicalResult verify_operand_count(mlir::Operation* op, int inputs, size_t parameters);
llvm::LogicalResult report_attribute(mlir::Operation* op, const char* name);

// The struct, filled from the op's attributes; `bad` is called with the name of one that is
// missing or holds no possible value.
template <class Op, class Bad>
Op struct_of(mlir::Operation* op, Bad&& bad) {
  Op result;
  result.visit([&](const char* name, auto& field) {
    const mlir::Attribute attribute = op->getAttr(name);
    const std::optional<AttributeValue> value = attribute ? from_mlir(attribute) : std::nullopt;
    if (!value || !from_attribute(*value, field))
      bad(name);
  });
  return result;
}

template <class Op>
llvm::LogicalResult verify_as(mlir::Operation* op) {
  const char* bad = nullptr;
  const Op described = struct_of<Op>(op, [&](const char* name) { bad = name; });
  if (bad)
    return report_attribute(op, bad);
  const Types operands = types_of(op->getOperands());
  if (Op::inputs >= 0) {
    Types inputs;
    for (size_t k = 0; k < operands.size() && k < static_cast<size_t>(Op::inputs); ++k)
      inputs.push_back(operands[k]);
    const size_t parameters = described.parameters(inputs).size();
    if (mlir::failed(verify_operand_count(op, Op::inputs, parameters)))
      return mlir::failure();
  } else if (operands.empty() || operands.overflowed()) {
    return op->emitOpError() << "expects 1 to " << max_operands << " operands, got "
                             << op->getNumOperands();
  }
  return verify_results(op, described.infer(operands));
}

template <class Op>
Definition definition_as(mlir::Operation* op) {
  return struct_of<Op>(op, [](const char*) {}).definition(types_of(op->getOperands()));
}

} // namespace fovea::ir
