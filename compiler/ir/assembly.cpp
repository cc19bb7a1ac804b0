#include "compiler/ir/assembly.hpp"

#include <mlir/IR/AffineMap.h>
#include <mlir/IR/Builders.h>

namespace fovea::ir {

mlir::ParseResult parseRanges(mlir::OpAsmParser& parser, mlir::ArrayAttr& names,
                              mlir::DenseI64ArrayAttr& extents) {
  llvm::SmallVector<mlir::Attribute> name_list;
  llvm::SmallVector<int64_t> extent_list;
  mlir::Builder& builder = parser.getBuilder();
  const auto range = [&]() -> mlir::ParseResult {
    std::string name;
    int64_t extent = 0;
    if (parser.parseKeywordOrString(&name) || parser.parseLess() || parser.parseInteger(extent))
      return mlir::failure();
    name_list.push_back(builder.getStringAttr(name));
    extent_list.push_back(extent);
    return mlir::success();
  };
  if (parser.parseCommaSeparatedList(mlir::AsmParser::Delimiter::Square, range))
    return mlir::failure();
  names = builder.getArrayAttr(name_list);
  extents = builder.getDenseI64ArrayAttr(extent_list);
  return mlir::success();
}

void printRanges(mlir::OpAsmPrinter& printer, mlir::Operation*, mlir::ArrayAttr names,
                 mlir::DenseI64ArrayAttr extents) {
  printer << "[";
  llvm::interleaveComma(llvm::zip(names.getAsRange<mlir::StringAttr>(), extents.asArrayRef()),
                        printer.getStream(), [&](auto range) {
                          printer.printKeywordOrString(std::get<0>(range).getValue());
                          printer << " < " << std::get<1>(range);
                        });
  printer << "]";
}

// Where a text is wrong behind a body, the body is destroyed at once. A damaged text may have used
// its values outside, before it: MLIR would write into these operands when it destroys their
// owners.
mlir::ParseResult parseBody(mlir::OpAsmParser& parser, mlir::Region& body, mlir::Type& type) {
  if (mlir::succeeded(parser.parseRegion(body)) && mlir::succeeded(parser.parseColonType(type))) {
    if (body.empty())
      body.emplaceBlock();
    return mlir::success();
  }
  for (mlir::Block& block : body)
    block.dropAllDefinedValueUses();
  return mlir::failure();
}

void printBody(mlir::OpAsmPrinter& printer, mlir::Operation*, mlir::Region& body, mlir::Type type) {
  printer.printRegion(body);
  printer << " : " << type;
}

mlir::ParseResult parseKeyword(mlir::OpAsmParser& parser, mlir::StringAttr& word) {
  std::string text;
  if (parser.parseKeywordOrString(&text))
    return mlir::failure();
  word = parser.getBuilder().getStringAttr(text);
  return mlir::success();
}

void printKeyword(mlir::OpAsmPrinter& printer, mlir::Operation*, mlir::StringAttr word) {
  printer.printKeywordOrString(word.getValue());
}

mlir::ParseResult parseIndexMap(mlir::OpAsmParser& parser, mlir::AffineMapAttr& map) {
  mlir::AffineMap parsed;
  if (parser.parseLSquare() || parser.parseAffineMap(parsed) || parser.parseRSquare())
    return mlir::failure();
  map = mlir::AffineMapAttr::get(parsed);
  return mlir::success();
}

void printIndexMap(mlir::OpAsmPrinter& printer, mlir::Operation*, mlir::AffineMapAttr map) {
  printer << "[" << map.getValue() << "]";
}

mlir::ParseResult parseNumber(mlir::OpAsmParser& parser, mlir::Attribute& number,
                              mlir::Type& type) {
  mlir::Builder& builder = parser.getBuilder();
  if (parser.parseType(type))
    return mlir::failure();
  const bool is_real = llvm::isa<mlir::FloatType>(type);
  return parser.parseAttribute(number, is_real ? mlir::Type(builder.getF64Type())
                                               : mlir::Type(builder.getI64Type()));
}

void printNumber(mlir::OpAsmPrinter& printer, mlir::Operation*, mlir::Attribute number,
                 mlir::Type type) {
  printer << type << " ";
  printer.printAttributeWithoutType(number);
}

} // namespace fovea::ir
