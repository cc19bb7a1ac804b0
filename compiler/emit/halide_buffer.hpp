#pragma once
#include <fovea/shape.hpp>

#include <mlir/Dialect/LLVMIR/LLVMDialect.h>
#include <mlir/IR/BuiltinOps.h>

#include <map>

// The struct in which kernels receive their tensors. Its layout is Halide's C interface
// (HalideRuntime.h: halide_buffer_t, halide_dimension_t, halide_type_t), written down again here
// because emission knows no Halide; tests/emit compares the two.
namespace fovea::emission {

inline constexpr int64_t halide_buffer_bytes = 56;
inline constexpr int64_t halide_dimension_words = 4; // min, extent, stride, flags: i32 each

// Fields of halide_buffer_t by number.
enum HalideBufferField : int32_t {
  halide_buffer_device,           // u64: 0, no device
  halide_buffer_device_interface, // ptr: null
  halide_buffer_host,             // ptr: the elements
  halide_buffer_flags,            // u64: 0
  halide_buffer_type,             // {u8 code, u8 bits, u16 lanes}
  halide_buffer_dimensions,       // i32
  halide_buffer_dim,              // ptr to halide_dimension_t, innermost dimension first
  halide_buffer_padding,          // ptr: null
};

// halide_type_t of an element.
struct HalideType {
  uint8_t code; // 0 int, 1 unsigned, 2 float, 4 bfloat
  uint8_t bits;
};
constexpr HalideType halide_type_of(DType type) {
  switch (type) {
  case DType::f16:
  case DType::f32:
  case DType::f64:
    return {2, static_cast<uint8_t>(8 * size_of(type))};
  case DType::bf16:
    return {4, 16};
  case DType::i8:
  case DType::i32:
  case DType::i64:
    return {0, static_cast<uint8_t>(8 * size_of(type))};
  case DType::u8:
    return {1, 8};
  case DType::boolean:
    return {1, 1}; // a byte in memory
  }
  return {};
}

// Constant buffers of a module, one per tensor type: everything but the address of the elements.
class HalideBuffers {
 public:
  explicit HalideBuffers(mlir::ModuleOp module);
  mlir::Type type() const { return type_; }
  // Throws Error where an extent or stride is beyond 32 bits.
  mlir::LLVM::GlobalOp constant_for(const TensorType& type);

 private:
  mlir::LLVM::GlobalOp dimensions_of(const Shape& shape);
  mlir::LLVM::GlobalOp make_constant(const TensorType& type);

  mlir::ModuleOp module_;
  mlir::Type type_;
  std::map<std::string, mlir::LLVM::GlobalOp> constants_, dimensions_; // by text
};

} // namespace fovea::emission
