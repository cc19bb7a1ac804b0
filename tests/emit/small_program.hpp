#pragma once
#include "compiler/emit/driver_function.hpp"
#include "compiler/emit/jit.hpp"
#include "compiler/emit/object.hpp"
#include "compiler/emit/program.hpp"

#include <fovea/runtime/core.h>
#include <fovea/runtime/model.hpp>

#include <mlir/Dialect/LLVMIR/LLVMDialect.h>
#include <mlir/Parser/Parser.h>

namespace fovea::emission::testing {

// Kernels in MLIR's LLVM dialect, without Halide. Each takes the context, operands and results as
// halide_buffer_t; `@address` gives a buffer's `host`.
inline constexpr const char* kernels_text = R"mlir(
llvm.func internal @address(%buffer: !llvm.ptr) -> !llvm.ptr {
  %field = llvm.getelementptr %buffer[16] : (!llvm.ptr) -> !llvm.ptr, i8
  %host = llvm.load %field : !llvm.ptr -> !llvm.ptr
  llvm.return %host : !llvm.ptr
}
llvm.func @twice(%context: !llvm.ptr, %x: !llvm.ptr, %y: !llvm.ptr) -> i32 {
  %from = llvm.call @address(%x) : (!llvm.ptr) -> !llvm.ptr
  %to = llvm.call @address(%y) : (!llvm.ptr) -> !llvm.ptr
  %a = llvm.load %from : !llvm.ptr -> f32
  %b = llvm.fadd %a, %a : f32
  llvm.store %b, %to : f32, !llvm.ptr
  %ok = llvm.mlir.constant(0 : i32) : i32
  llvm.return %ok : i32
}
llvm.func @plus(%context: !llvm.ptr, %x: !llvm.ptr, %w: !llvm.ptr, %y: !llvm.ptr) -> i32 {
  %from = llvm.call @address(%x) : (!llvm.ptr) -> !llvm.ptr
  %weight = llvm.call @address(%w) : (!llvm.ptr) -> !llvm.ptr
  %to = llvm.call @address(%y) : (!llvm.ptr) -> !llvm.ptr
  %a = llvm.load %from : !llvm.ptr -> f32
  %b = llvm.load %weight : !llvm.ptr -> f32
  %c = llvm.fadd %a, %b : f32
  llvm.store %c, %to : f32, !llvm.ptr
  %ok = llvm.mlir.constant(0 : i32) : i32
  llvm.return %ok : i32
}
llvm.func @fails(%context: !llvm.ptr, %x: !llvm.ptr, %y: !llvm.ptr) -> i32 {
  %code = llvm.mlir.constant(7 : i32) : i32
  llvm.return %code : i32
}
// Copies the whole buffer struct, then its three dimensions.
llvm.func @describe(%context: !llvm.ptr, %x: !llvm.ptr, %y: !llvm.ptr) -> i32 {
  %to = llvm.call @address(%y) : (!llvm.ptr) -> !llvm.ptr
  %struct = llvm.mlir.constant(56 : i64) : i64
  "llvm.intr.memcpy"(%to, %x, %struct) <{isVolatile = false}> : (!llvm.ptr, !llvm.ptr, i64) -> ()
  %field = llvm.getelementptr %x[40] : (!llvm.ptr) -> !llvm.ptr, i8
  %dimensions = llvm.load %field : !llvm.ptr -> !llvm.ptr
  %behind = llvm.getelementptr %to[56] : (!llvm.ptr) -> !llvm.ptr, i8
  %bytes = llvm.mlir.constant(48 : i64) : i64
  "llvm.intr.memcpy"(%behind, %dimensions, %bytes) <{isVolatile = false}> : (!llvm.ptr, !llvm.ptr, i64) -> ()
  %ok = llvm.mlir.constant(0 : i32) : i32
  llvm.return %ok : i32
}
llvm.func @tanhf(f32) -> f32
llvm.func @tangent(%context: !llvm.ptr, %x: !llvm.ptr, %y: !llvm.ptr) -> i32 {
  %from = llvm.call @address(%x) : (!llvm.ptr) -> !llvm.ptr
  %to = llvm.call @address(%y) : (!llvm.ptr) -> !llvm.ptr
  %a = llvm.load %from : !llvm.ptr -> f32
  %b = llvm.call @tanhf(%a) : (f32) -> f32
  llvm.store %b, %to : f32, !llvm.ptr
  %ok = llvm.mlir.constant(0 : i32) : i32
  llvm.return %ok : i32
}
)mlir";

inline std::vector<std::byte> compile_text(const std::string& text) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<mlir::LLVM::LLVMDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  return module ? compile_to_object(*module) : std::vector<std::byte>{};
}

inline std::vector<std::byte> driver_object(const ir::Plan& plan) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  return compile_to_object(*build_driver(plan, context));
}

inline const TensorType scalar{DType::f32, Shape{1}};

inline ir::Slot input(int number, TensorType type = scalar) {
  return {ir::Slot::Kind::input, number, 0, type};
}
inline ir::Slot output(int number, TensorType type = scalar) {
  return {ir::Slot::Kind::output, number, 0, type};
}
inline ir::Slot parameter(int number, TensorType type = scalar) {
  return {ir::Slot::Kind::parameter, number, 0, type};
}
inline ir::Slot arena(int64_t offset, TensorType type = scalar) {
  return {ir::Slot::Kind::arena, 0, offset, type};
}
inline ir::Call call(std::string symbol, std::vector<ir::Slot> operands,
                     std::vector<ir::Slot> results) {
  ir::Call call;
  call.symbol = call.layer = std::move(symbol);
  call.operands = std::move(operands);
  call.results = std::move(results);
  return call;
}

// y = tanh(2 (2 x) + w), through two places of the arena.
inline ir::Plan small_plan() {
  ir::Plan plan;
  plan.name = "small";
  plan.inputs = {{"x", scalar}};
  plan.outputs = {{"y", scalar}};
  plan.parameters = {{"unused", scalar}, {"w", scalar}};
  plan.arena_bytes = 192;
  plan.calls = {call("twice", {input(0)}, {arena(64)}), call("twice", {arena(64)}, {arena(128)}),
                call("plus", {arena(128), parameter(1)}, {arena(64)}),
                call("tangent", {arena(64)}, {output(0)})};
  return plan;
}

// A plan, linked with objects and opened.
struct Loaded {
  Jit jit;
  ProgramTable table;
};
inline host::Model open(const ir::Plan& plan, const std::vector<JitObject>& objects,
                        std::vector<const void*> parameters, uint64_t scratch_bytes = 0) {
  Jit jit(objects, driver_symbol);
  const auto entry = jit.entry();
  std::shared_ptr<const Loaded> loaded(
      new Loaded{std::move(jit), {plan, std::move(parameters), {entry, scratch_bytes}}});
  const fovea_program& program = loaded->table.program();
  return host::Model(*fovea_core_table(), program, nullptr, loaded);
}

// The same with the kernels above.
inline host::Model open_plan(const ir::Plan& plan, std::vector<const void*> parameters = {}) {
  const std::vector<std::byte> kernels = compile_text(kernels_text), driver = driver_object(plan);
  return open(plan, {{"kernels", kernels}, {"driver", driver}}, std::move(parameters));
}

inline fovea_buffer buffer_of(void* data, const TensorType& type) {
  fovea_buffer buffer{};
  buffer.struct_size = sizeof buffer;
  buffer.data = data;
  buffer.bytes = static_cast<uint64_t>(type.bytes());
  buffer.dtype = static_cast<fovea_dtype>(type.dtype);
  buffer.rank = type.shape.rank();
  for (int k = 0; k < buffer.rank; ++k)
    buffer.extents[k] = type.shape[k];
  return buffer;
}

} // namespace fovea::emission::testing
