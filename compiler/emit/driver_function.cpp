#include "compiler/emit/driver_function.hpp"

#include "compiler/emit/halide_buffer.hpp"

#include <fovea/error.hpp>

#include <mlir/Dialect/LLVMIR/LLVMDialect.h>
#include <mlir/IR/ImplicitLocOpBuilder.h>
#include <mlir/IR/Verifier.h>

#include <algorithm>

namespace fovea::emission {
namespace LLVM = mlir::LLVM;
namespace {

// What a function finds in its arguments.
struct Places {
  mlir::Value user_context;
  mlir::Value inputs, outputs, parameters; // tables of pointers; null where there is none
  mlir::Value arena, prepared;             // memory
};

// Functions that call kernels in order.
class DriverBuilder {
 public:
  DriverBuilder(const ir::Plan& plan, mlir::ModuleOp module)
      : plan_(plan), builder_(module.getLoc(), mlir::OpBuilder::atBlockEnd(module.getBody())),
        buffers_(module), pointer_(LLVM::LLVMPointerType::get(module.getContext())) {}

  void build() {
    declare_kernels(plan_.calls);
    declare_kernels(plan_.preparations);
    begin_ = declare_hook("fovea_kernel_begin");
    end_ = declare_hook("fovea_kernel_end");
    build_entry();
    if (!plan_.preparations.empty())
      build_prepare();
  }

 private:
  void declare_kernels(const std::vector<ir::Call>& calls) {
    for (const ir::Call& call : calls) {
      LLVM::LLVMFuncOp& kernel = kernels_[call.symbol];
      if (kernel)
        continue;
      const size_t parameters = 1 + call.operands.size() + call.results.size();
      const llvm::SmallVector<mlir::Type> types(parameters, pointer_);
      kernel = LLVM::LLVMFuncOp::create(builder_, call.symbol,
                                        LLVM::LLVMFunctionType::get(builder_.getI32Type(), types));
    }
  }

  // void hook(ptr user_context, i64 call): what a profiler listens to.
  LLVM::LLVMFuncOp declare_hook(const char* name) {
    return LLVM::LLVMFuncOp::create(
        builder_, name,
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder_.getContext()),
                                    {pointer_, builder_.getI64Type()}));
  }

  void build_entry() {
    mlir::Block* entry = begin_function(driver_symbol, 5, plan_.calls);
    places_ = {.user_context = entry->getArgument(0),
               .inputs = entry->getArgument(1),
               .outputs = entry->getArgument(2),
               .parameters = entry->getArgument(3),
               .arena = entry->getArgument(4),
               .prepared = {}};
    if (!plan_.prepared.empty()) // the runtime puts it behind the parameters
      places_.prepared = element(places_.parameters, static_cast<int64_t>(plan_.parameters.size()));
    for (size_t k = 0; k < plan_.calls.size(); ++k) {
      mlir::Value number =
          LLVM::ConstantOp::create(builder_, builder_.getI64IntegerAttr(static_cast<int64_t>(k)));
      build_call(plan_.calls[k], number);
    }
    end_function();
  }

  void build_prepare() {
    mlir::Block* entry = begin_function(prepare_symbol, 3, plan_.preparations);
    places_ = {.user_context = entry->getArgument(0),
               .inputs = {},
               .outputs = {},
               .parameters = entry->getArgument(1),
               .arena = {},
               .prepared = entry->getArgument(2)};
    for (const ir::Call& call : plan_.preparations)
      build_call(call, {});
    end_function();
  }

  // One buffer struct per position in an argument list, shared by all calls: a kernel does not keep
  // its arguments. In the entry block, so that the stack does not grow with the number of calls.
  mlir::Block* begin_function(const char* name, size_t parameters,
                              const std::vector<ir::Call>& calls) {
    const llvm::SmallVector<mlir::Type> types(parameters, pointer_);
    auto function = LLVM::LLVMFuncOp::create(
        builder_, name, LLVM::LLVMFunctionType::get(builder_.getI32Type(), types));
    mlir::Block* entry = function.addEntryBlock(builder_);
    failed_ =
        builder_.createBlock(&function.getBody(), {}, builder_.getI32Type(), builder_.getLoc());
    LLVM::ReturnOp::create(builder_, failed_->getArgument(0));

    size_t arguments = 0;
    for (const ir::Call& call : calls)
      arguments = std::max(arguments, call.operands.size() + call.results.size());
    builder_.setInsertionPointToStart(entry);
    arguments_.clear();
    for (size_t k = 0; k < arguments; ++k)
      arguments_.push_back(LLVM::AllocaOp::create(builder_, pointer_, buffers_.type(), constant(1),
                                                  /*alignment=*/8));
    return entry;
  }

  void end_function() {
    LLVM::ReturnOp::create(builder_, constant(0));
    builder_.setInsertionPointAfter(failed_->getParentOp());
  }

  // `number`: of the call, for the hooks; null where nobody counts.
  void build_call(const ir::Call& call, mlir::Value number) {
    builder_.setLoc(mlir::NameLoc::get(builder_.getStringAttr(call.layer)));
    llvm::SmallVector<mlir::Value> arguments{places_.user_context};
    for (const std::vector<ir::Slot>* slots : {&call.operands, &call.results})
      for (const ir::Slot& slot : *slots)
        arguments.push_back(fill_buffer(arguments_[arguments.size() - 1], slot));

    LLVM::LLVMFuncOp kernel = kernels_[call.symbol];
    if (kernel.getNumArguments() != arguments.size())
      throw Error({.what = "internal error: two calls of kernel '" + call.symbol +
                           "' with different numbers of tensors",
                   .detail = "layer " + call.layer});
    if (number)
      LLVM::CallOp::create(builder_, begin_, mlir::ValueRange{places_.user_context, number});
    mlir::Value code = LLVM::CallOp::create(builder_, kernel, arguments).getResult();
    if (number)
      LLVM::CallOp::create(builder_, end_, mlir::ValueRange{places_.user_context, number});
    return_if_failed(code);
  }

  void return_if_failed(mlir::Value code) {
    mlir::Value failed = LLVM::ICmpOp::create(builder_, LLVM::ICmpPredicate::ne, code, constant(0));
    mlir::OpBuilder::InsertPoint here = builder_.saveInsertionPoint();
    mlir::Block* next = builder_.createBlock(failed_); // failed_ stays last: it reads better
    builder_.restoreInsertionPoint(here);
    LLVM::CondBrOp::create(builder_, failed, failed_, mlir::ValueRange{code}, next,
                           mlir::ValueRange{});
    builder_.setInsertionPointToEnd(next);
  }

  // Type, extents and strides from a constant, then the address.
  mlir::Value fill_buffer(mlir::Value buffer, const ir::Slot& slot) {
    mlir::Value constant_part =
        LLVM::AddressOfOp::create(builder_, buffers_.constant_for(slot.type));
    mlir::Value bytes =
        LLVM::ConstantOp::create(builder_, builder_.getI64IntegerAttr(halide_buffer_bytes));
    LLVM::MemcpyOp::create(builder_, buffer, constant_part, bytes, /*isVolatile=*/false);
    mlir::Value field = LLVM::GEPOp::create(builder_, pointer_, buffers_.type(), buffer,
                                            llvm::ArrayRef<LLVM::GEPArg>{0, halide_buffer_host});
    LLVM::StoreOp::create(builder_, address(slot), field);
    return buffer;
  }

  mlir::Value address(const ir::Slot& slot) {
    mlir::Value start = start_of(slot);
    return slot.offset ? offset(builder_.getI8Type(), start, slot.offset) : start;
  }

  mlir::Value start_of(const ir::Slot& slot) {
    switch (slot.kind) {
    case ir::Slot::Kind::input:
      return element(places_.inputs, slot.number);
    case ir::Slot::Kind::output:
      return element(places_.outputs, slot.number);
    case ir::Slot::Kind::parameter:
      return element(places_.parameters, slot.number);
    case ir::Slot::Kind::arena:
      return places_.arena;
    case ir::Slot::Kind::prepared:
      return places_.prepared;
    }
    return {};
  }

  // What a table of pointers holds.
  mlir::Value element(mlir::Value table, int64_t number) {
    return LLVM::LoadOp::create(builder_, pointer_, offset(pointer_, table, number));
  }

  mlir::Value offset(mlir::Type element, mlir::Value base, int64_t count) {
    mlir::Value index = LLVM::ConstantOp::create(builder_, builder_.getI64IntegerAttr(count));
    return LLVM::GEPOp::create(builder_, pointer_, element, base, mlir::ValueRange{index});
  }

  mlir::Value constant(int32_t value) {
    return LLVM::ConstantOp::create(builder_, builder_.getI32IntegerAttr(value));
  }

  const ir::Plan& plan_;
  mlir::ImplicitLocOpBuilder builder_;
  HalideBuffers buffers_;
  mlir::Type pointer_;
  std::map<std::string, LLVM::LLVMFuncOp> kernels_;
  LLVM::LLVMFuncOp begin_, end_;
  // Of the function that is built:
  Places places_;
  mlir::Block* failed_ = nullptr; // returns its argument
  std::vector<mlir::Value> arguments_;
};

} // namespace

mlir::OwningOpRef<mlir::ModuleOp> build_driver(const ir::Plan& plan, mlir::MLIRContext& context) {
  context.loadDialect<LLVM::LLVMDialect>();
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  DriverBuilder(plan, *module).build();
  if (mlir::failed(mlir::verify(*module)))
    throw Error(
        {.what = "internal error: the driver function of '" + plan.name + "' does not verify"});
  return module;
}

std::string to_text(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

} // namespace fovea::emission
