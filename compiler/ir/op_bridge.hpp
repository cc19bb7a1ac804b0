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

// Operands and result against the shape rule of `described`.
llvm::LogicalResult verify_against(const AnyOp& described, mlir::Operation* op);

// The type-erased op does the rest: its definition is compiled elsewhere.
template <class Op>
llvm::LogicalResult verify_as(mlir::Operation* op) {
  const char* bad = nullptr;
  const Op described = struct_of<Op>(op, [&](const char* name) { bad = name; });
  return bad ? report_attribute(op, bad) : verify_against(*make_op(described), op);
}

template <class Op>
Definition definition_as(mlir::Operation* op) {
  return make_op(struct_of<Op>(op, [](const char*) {}))->definition(types_of(op->getOperands()));
}

} // namespace fovea::ir
