#include "compiler/emit/halide_buffer.hpp"

#include <fovea/error.hpp>

#include <mlir/IR/ImplicitLocOpBuilder.h>

namespace fovea::emission {
namespace LLVM = mlir::LLVM;

static mlir::Type element_type(mlir::MLIRContext* context) {
  mlir::Builder builder(context);
  return LLVM::LLVMStructType::getLiteral(
      context, {builder.getI8Type(), builder.getI8Type(), builder.getI16Type()});
}

static mlir::Type buffer_type(mlir::MLIRContext* context) {
  mlir::Builder builder(context);
  const mlir::Type pointer = LLVM::LLVMPointerType::get(context), i64 = builder.getI64Type();
  return LLVM::LLVMStructType::getLiteral(
      context,
      {i64, pointer, pointer, i64, element_type(context), builder.getI32Type(), pointer, pointer});
}

HalideBuffers::HalideBuffers(mlir::ModuleOp module)
    : module_(module), type_(buffer_type(module.getContext())) {}

LLVM::GlobalOp HalideBuffers::constant_for(const TensorType& type) {
  LLVM::GlobalOp& constant = constants_[to_string(type)];
  if (!constant)
    constant = make_constant(type);
  return constant;
}

static int32_t narrow(int64_t value, const Shape& shape) {
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max())
    throw Error({.what = "a tensor is too large for one buffer",
                 .expected = "extents and strides below 2^31",
                 .got = to_string(shape),
                 .hint = "split the tensor, or use a smaller batch"});
  return static_cast<int32_t>(value);
}

// Null where there are no dimensions.
LLVM::GlobalOp HalideBuffers::dimensions_of(const Shape& shape) {
  if (shape.empty())
    return {};
  LLVM::GlobalOp& global = dimensions_[to_string(shape)];
  if (global)
    return global;

  const Shape strides = row_major_strides(shape);
  llvm::SmallVector<int32_t> words;
  for (int k = shape.rank() - 1; k >= 0; --k)
    words.append({0, narrow(shape[k], shape), narrow(strides[k], shape), 0});

  mlir::ImplicitLocOpBuilder builder(module_.getLoc(),
                                     mlir::OpBuilder::atBlockBegin(module_.getBody()));
  auto type = LLVM::LLVMArrayType::get(builder.getI32Type(), words.size());
  global = LLVM::GlobalOp::create(builder, type, /*isConstant=*/true, LLVM::Linkage::Internal,
                                  "dimensions_" + to_string(shape), builder.getI32TensorAttr(words),
                                  /*alignment=*/16);
  return global;
}

LLVM::GlobalOp HalideBuffers::make_constant(const TensorType& type) {
  LLVM::GlobalOp dimensions = dimensions_of(type.shape);
  mlir::ImplicitLocOpBuilder builder(module_.getLoc(), module_.getContext());
  if (dimensions)
    builder.setInsertionPointAfter(dimensions);
  else
    builder.setInsertionPointToStart(module_.getBody());
  auto constant =
      LLVM::GlobalOp::create(builder, type_, /*isConstant=*/true, LLVM::Linkage::Internal,
                             "buffer_" + to_string(type), mlir::Attribute(), /*alignment=*/8);

  builder.createBlock(&constant.getInitializerRegion());
  auto number = [&](mlir::Type of, int64_t value) -> mlir::Value {
    return LLVM::ConstantOp::create(builder, builder.getIntegerAttr(of, value));
  };
  mlir::Value buffer = LLVM::ZeroOp::create(builder, type_);
  auto set = [&](mlir::Value value, llvm::ArrayRef<int64_t> field) {
    buffer = LLVM::InsertValueOp::create(builder, buffer, value, field);
  };
  const HalideType element = halide_type_of(type.dtype);
  set(number(builder.getI8Type(), element.code), {halide_buffer_type, 0});
  set(number(builder.getI8Type(), element.bits), {halide_buffer_type, 1});
  set(number(builder.getI16Type(), 1), {halide_buffer_type, 2});
  set(number(builder.getI32Type(), type.shape.rank()), {halide_buffer_dimensions});
  if (dimensions)
    set(LLVM::AddressOfOp::create(builder, dimensions), {halide_buffer_dim});
  LLVM::ReturnOp::create(builder, buffer);
  return constant;
}

} // namespace fovea::emission
