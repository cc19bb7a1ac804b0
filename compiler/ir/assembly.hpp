#pragma once
#include <mlir/IR/BuiltinAttributes.h>
#include <mlir/IR/OpImplementation.h>

// Custom directives of the assembly formats in FoveaEquation.td.
namespace fovea::ir {

// [i < 8, "odd name" < 64]
mlir::ParseResult parseRanges(mlir::OpAsmParser& parser, mlir::ArrayAttr& names,
                              mlir::DenseI64ArrayAttr& extents);
void printRanges(mlir::OpAsmPrinter& printer, mlir::Operation* op, mlir::ArrayAttr names,
                 mlir::DenseI64ArrayAttr extents);

// { ... } : tensor<4xf32>
mlir::ParseResult parseBody(mlir::OpAsmParser& parser, mlir::Region& body, mlir::Type& type);
void printBody(mlir::OpAsmPrinter& printer, mlir::Operation* op, mlir::Region& body,
               mlir::Type type);

// A string as a bare word.
mlir::ParseResult parseKeyword(mlir::OpAsmParser& parser, mlir::StringAttr& word);
void printKeyword(mlir::OpAsmPrinter& printer, mlir::Operation* op, mlir::StringAttr word);

// [(d0, d1) -> (d0, d1 - 2)]
mlir::ParseResult parseIndexMap(mlir::OpAsmParser& parser, mlir::AffineMapAttr& map);
void printIndexMap(mlir::OpAsmPrinter& printer, mlir::Operation* op, mlir::AffineMapAttr map);

// f32 1.000000e-01: a type and a number, which is stored as f64 or i64.
mlir::ParseResult parseNumber(mlir::OpAsmParser& parser, mlir::Attribute& number, mlir::Type& type);
void printNumber(mlir::OpAsmPrinter& printer, mlir::Operation* op, mlir::Attribute number,
                 mlir::Type type);

} // namespace fovea::ir
