#include "compiler/emit/constant_data.hpp"

#include <mlir/Dialect/LLVMIR/LLVMDialect.h>
#include <mlir/IR/ImplicitLocOpBuilder.h>

namespace fovea::emission {
namespace LLVM = mlir::LLVM;

static mlir::ImplicitLocOpBuilder at_end(mlir::ModuleOp module) {
  return {module.getLoc(), mlir::OpBuilder::atBlockEnd(module.getBody())};
}

Place ConstantSection::string(const std::string& text) {
  std::string& symbol = strings_[text];
  if (symbol.empty()) {
    symbol = "fovea_string_" + std::to_string(strings_.size());
    mlir::ImplicitLocOpBuilder builder = at_end(module_);
    const std::string with_zero = text + '\0';
    LLVM::GlobalOp::create(builder, LLVM::LLVMArrayType::get(builder.getI8Type(), with_zero.size()),
                           /*isConstant=*/true, LLVM::Linkage::Private, symbol,
                           builder.getStringAttr(with_zero), /*alignment=*/1);
  }
  return {symbol, 0};
}

namespace {

// The initialiser of a constant, word by word.
class Initialiser {
 public:
  Initialiser(LLVM::GlobalOp global)
      : builder_(global.getLoc(), global.getContext()),
        pointer_(LLVM::LLVMPointerType::get(global.getContext())) {
    builder_.createBlock(&global.getInitializerRegion());
  }

  // One struct per block, so that a word is set in a small aggregate: the whole is quadratic in the
  // number of blocks only.
  void fill(LLVM::LLVMStructType type, const std::vector<ConstantData::Block>& blocks) {
    mlir::Value whole = LLVM::UndefOp::create(builder_, type);
    for (size_t b = 0; b < blocks.size(); ++b) {
      mlir::Value block = LLVM::UndefOp::create(builder_, type.getBody()[b]);
      for (size_t w = 0; w < blocks[b].size(); ++w)
        block = LLVM::InsertValueOp::create(builder_, block, word(blocks[b][w]),
                                            static_cast<int64_t>(w));
      whole = LLVM::InsertValueOp::create(builder_, whole, block, static_cast<int64_t>(b));
    }
    LLVM::ReturnOp::create(builder_, whole);
  }

 private:
  mlir::Value word(const ConstantData::Word& word) {
    if (!word.is_pointer)
      return number(word.number);
    if (word.place.symbol.empty())
      return LLVM::ZeroOp::create(builder_, pointer_);
    mlir::Value address = LLVM::AddressOfOp::create(builder_, pointer_, word.place.symbol);
    if (word.place.bytes == 0)
      return address;
    return LLVM::GEPOp::create(builder_, pointer_, builder_.getI8Type(), address,
                               mlir::ValueRange{number(word.place.bytes)});
  }

  mlir::Value number(uint64_t value) {
    return LLVM::ConstantOp::create(builder_,
                                    builder_.getI64IntegerAttr(static_cast<int64_t>(value)));
  }

  mlir::ImplicitLocOpBuilder builder_;
  mlir::Type pointer_;
};

} // namespace

Place ConstantSection::add(const std::string& symbol, const ConstantData& data,
                           bool for_other_objects) {
  if (data.blocks().empty())
    return {};
  mlir::ImplicitLocOpBuilder builder = at_end(module_);
  mlir::MLIRContext* context = module_.getContext();
  const mlir::Type pointer = LLVM::LLVMPointerType::get(context);
  llvm::SmallVector<mlir::Type> blocks;
  for (const ConstantData::Block& block : data.blocks()) {
    llvm::SmallVector<mlir::Type> words;
    for (const ConstantData::Word& word : block)
      words.push_back(word.is_pointer ? pointer : mlir::Type(builder.getI64Type()));
    blocks.push_back(LLVM::LLVMStructType::getLiteral(context, words));
  }
  const auto type = LLVM::LLVMStructType::getLiteral(context, blocks);
  auto global =
      LLVM::GlobalOp::create(builder, type, /*isConstant=*/true,
                             for_other_objects ? LLVM::Linkage::External : LLVM::Linkage::Internal,
                             symbol, mlir::Attribute(), /*alignment=*/8);
  Initialiser(global).fill(type, data.blocks());
  return {symbol, 0};
}

Place ConstantSection::external_data(const std::string& symbol) {
  if (!module_.lookupSymbol(symbol)) {
    mlir::ImplicitLocOpBuilder builder = at_end(module_);
    LLVM::GlobalOp::create(builder, builder.getI8Type(), /*isConstant=*/true,
                           LLVM::Linkage::External, symbol, mlir::Attribute());
  }
  return {symbol, 0};
}

Place ConstantSection::external_function(const std::string& symbol) {
  if (!module_.lookupSymbol(symbol)) {
    mlir::ImplicitLocOpBuilder builder = at_end(module_);
    LLVM::LLVMFuncOp::create(
        builder, symbol,
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(module_.getContext()), {}));
  }
  return {symbol, 0};
}

} // namespace fovea::emission
