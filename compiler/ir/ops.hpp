#pragma once
#include "compiler/ir/types.hpp"
#include "compiler/ir/views.hpp"

#include <fovea/catalogue/problem.hpp>
#include <fovea/definition/definition.hpp>

#include <mlir/Bytecode/BytecodeOpInterface.h>
#include <mlir/IR/Dialect.h>
#include <mlir/IR/OpDefinition.h>
#include <mlir/IR/OpImplementation.h>
#include <mlir/IR/SymbolTable.h>
#include <mlir/Interfaces/SideEffectInterfaces.h>

// The fovea dialect, as C++, but for the classes of its layers, which layers.cpp alone knows:
// others see them as FoveaOpInterface. Needed only where ops are built or matched; those who run
// kernels read plan.hpp instead.
#include "compiler/ir/FoveaDialect.h.inc"
#include "compiler/ir/FoveaInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/ir/FoveaAttributes.h.inc"
#define GET_OP_CLASSES
#include "compiler/ir/FoveaStructure.h.inc"

namespace fovea::ir {

// A definition as IR, at the builder's insertion point. Lossless: definition_of gives it back.
EquationOp build_equation(mlir::OpBuilder& builder, mlir::Location location,
                          const Definition& definition, mlir::ValueRange operands,
                          llvm::StringRef layer = {});
Definition definition_of(EquationOp equation);

// The kernel's ops, composed: operands and results are those of the kernel, in order.
Definition definition_of(KernelOp kernel);

// The forms of a kernel's operands and results: its attributes `prepared`, `operand_layouts` and
// `result_layouts`, which are left out where all is plain.
catalogue::Forms forms_of(KernelOp kernel);
void set_forms(KernelOp kernel, const catalogue::Forms& forms);

// The function's attribute that says: its results are computed once, from weights alone.
inline constexpr const char* prepare_attribute = "fovea.prepare";

// The value whose memory `value` shares: itself, or what it is a row-major view of.
mlir::Value owner_of(mlir::Value value);

// Where a value is: `bytes` bytes into the memory of `buffer`, which is no view, no part of another
// tensor and not joined with others.
struct Place {
  mlir::Value buffer;
  int64_t bytes = 0;
};
Place place_of(mlir::Value value);
// Bytes between its operand's beginning and its own.
int64_t begin_of(PartOp part);

// The name of the layer that an op belongs to: its attribute `layer`, else its location's name,
// else the op's own name.
std::string layer_of(mlir::Operation* op);

} // namespace fovea::ir
