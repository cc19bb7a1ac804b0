#include "compiler/ir/types.hpp"

#include "compiler/ir/ops.hpp"

namespace fovea::ir {

std::optional<DType> dtype_of(mlir::Type type) {
  if (type.isF16())
    return DType::f16;
  if (type.isBF16())
    return DType::bf16;
  if (type.isF32())
    return DType::f32;
  if (type.isF64())
    return DType::f64;
  if (type.isSignlessInteger(8))
    return DType::i8;
  if (type.isUnsignedInteger(8))
    return DType::u8;
  if (type.isSignlessInteger(32))
    return DType::i32;
  if (type.isSignlessInteger(64))
    return DType::i64;
  if (type.isSignlessInteger(1))
    return DType::boolean;
  return std::nullopt;
}

bool is_tensor(mlir::Type type) {
  auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() || tensor.getRank() > max_rank ||
      !is_scalar(tensor.getElementType()))
    return false;
  if (tensor.getEncoding() && !llvm::isa<LayoutAttr>(tensor.getEncoding()))
    return false;
  return llvm::all_of(tensor.getShape(), [](int64_t extent) { return extent >= 1; }) &&
         tensor_type_of(type).bytes() >= 0;
}

TensorType tensor_type_of(mlir::Type type) {
  auto tensor = llvm::cast<mlir::RankedTensorType>(type);
  TensorType result{*dtype_of(tensor.getElementType()), {}};
  for (int64_t extent : tensor.getShape())
    result.shape.push_back(extent);
  return result;
}

Types types_of(mlir::ValueRange values) {
  Types types;
  for (mlir::Value value : values)
    types.push_back(tensor_type_of(value));
  return types;
}

mlir::Type to_mlir(mlir::MLIRContext& context, DType type) {
  mlir::Builder builder(&context);
  switch (type) {
  case DType::f16:
    return builder.getF16Type();
  case DType::bf16:
    return builder.getBF16Type();
  case DType::f32:
    return builder.getF32Type();
  case DType::f64:
    return builder.getF64Type();
  case DType::i8:
    return builder.getI8Type();
  case DType::u8:
    return builder.getIntegerType(8, /*isSigned=*/false);
  case DType::i32:
    return builder.getI32Type();
  case DType::i64:
    return builder.getI64Type();
  case DType::boolean:
    return builder.getI1Type();
  }
  llvm_unreachable("all element types are listed");
}

mlir::RankedTensorType to_mlir(mlir::MLIRContext& context, const TensorType& type) {
  return mlir::RankedTensorType::get(type.shape.to_vector(), to_mlir(context, type.dtype));
}

} // namespace fovea::ir
