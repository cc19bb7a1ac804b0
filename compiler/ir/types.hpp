#pragma once
#include <fovea/op/shape_rule.hpp>
#include <fovea/shape.hpp>

#include <mlir/IR/BuiltinTypes.h>
#include <mlir/IR/ValueRange.h>

#include <optional>

// Element and tensor types, between MLIR and fovea. i8 and i1 are signless, u8 is ui8.
namespace fovea::ir {

// Can `type` be an element type, and which?
std::optional<DType> dtype_of(mlir::Type type);
// Can `type` be a tensor: static extents >= 1, rank <= max_rank, a size that fits an int64, an
// encoding that is a layout or absent?
bool is_tensor(mlir::Type type);
inline bool is_scalar(mlir::Type type) {
  return dtype_of(type).has_value();
}

// For types that is_tensor accepts.
TensorType tensor_type_of(mlir::Type type);
inline TensorType tensor_type_of(mlir::Value value) {
  return tensor_type_of(value.getType());
}
Types types_of(mlir::ValueRange values);

mlir::Type to_mlir(mlir::MLIRContext& context, DType type);
mlir::RankedTensorType to_mlir(mlir::MLIRContext& context, const TensorType& type);

} // namespace fovea::ir
