#include "compiler/ir/plan_of.hpp"

#include "compiler/ir/ops.hpp"

#include <fovea/error.hpp>

#include <llvm/ADT/DenseMap.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/BuiltinOps.h>

namespace fovea::ir {
namespace {

[[noreturn]] void fail(mlir::Operation* op, std::string expected, std::string got) {
  ErrorParts parts;
  parts.what = "the network is not planned at '" + layer_of(op) + "'";
  parts.expected = std::move(expected);
  parts.got = std::move(got);
  parts.hint = "run every pass of the pipeline";
  throw Error(std::move(parts));
}

std::string name_of(mlir::DictionaryAttr attributes, const char* fallback, size_t number) {
  if (attributes)
    if (auto name = attributes.getAs<mlir::StringAttr>("fovea.name"))
      return name.str();
  return fallback + std::to_string(number);
}

class Planner {
 public:
  explicit Planner(mlir::func::FuncOp function) : function_(function) {}

  Plan plan() {
    plan_.name = function_.getName().str();
    plan_.arena_bytes = integer("fovea.arena_bytes");
    plan_.arena_lower_bound = integer("fovea.arena_lower_bound");
    read_inputs();
    read_outputs();
    for (mlir::Operation& op : function_.getBody().front().without_terminator())
      read(op);
    check_outputs();
    return std::move(plan_);
  }

 private:
  int64_t integer(const char* name) {
    auto attribute = function_->getAttrOfType<mlir::IntegerAttr>(name);
    if (!attribute)
      fail(function_, std::string("an attribute ") + name, "none");
    return attribute.getInt();
  }

  void read_inputs() {
    for (mlir::BlockArgument argument : function_.getArguments()) {
      const unsigned number = argument.getArgNumber();
      if (!is_tensor(argument.getType()))
        fail(function_, "inputs that are tensors", "another type");
      plan_.inputs.push_back(
          {name_of(function_.getArgAttrDict(number), "input", number), tensor_type_of(argument)});
      slots_[argument] = {Slot::Kind::input, static_cast<int>(number), 0, tensor_type_of(argument)};
    }
  }

  // A result of a kernel that the function returns, itself or through views, lives in the output.
  void read_outputs() {
    mlir::Operation* terminator = function_.getBody().front().getTerminator();
    for (mlir::OpOperand& operand : terminator->getOpOperands()) {
      const unsigned number = operand.getOperandNumber();
      plan_.outputs.push_back({name_of(function_.getResultAttrDict(number), "output", number),
                               tensor_type_of(operand.get())});
      mlir::Value owner = owner_of(operand.get());
      if (!llvm::isa_and_nonnull<KernelOp>(owner.getDefiningOp()))
        fail(terminator, "outputs made by kernels", "output " + std::to_string(number));
      if (!outputs_.try_emplace(owner, static_cast<int>(number)).second)
        fail(terminator, "a kernel's result for each output", "one result returned twice");
    }
  }

  void check_outputs() {
    for (const auto& [value, number] : outputs_)
      if (!slots_.count(value))
        fail(function_, "a kernel for output " + std::to_string(number), "none");
  }

  void read(mlir::Operation& op) {
    if (auto parameter = llvm::dyn_cast<ParameterOp>(op))
      return read(parameter);
    if (auto kernel = llvm::dyn_cast<KernelOp>(op))
      return read(kernel);
    auto described = llvm::dyn_cast<FoveaOpInterface>(op);
    if (!described || !described.is_row_major_view())
      fail(&op, "kernels, parameters and views only", op.getName().getStringRef().str());
    Slot slot = slots_.lookup(op.getOperand(0));
    slot.type = tensor_type_of(op.getResult(0));
    slots_[op.getResult(0)] = slot;
  }

  void read(ParameterOp parameter) {
    const size_t number = static_cast<size_t>(parameter.getNumber());
    if (number != plan_.parameters.size())
      fail(parameter, "parameter " + std::to_string(plan_.parameters.size()),
           std::to_string(number));
    const TensorType type = tensor_type_of(parameter.getValue());
    plan_.parameters.push_back({parameter.getParameterName().str(), type});
    slots_[parameter.getValue()] = {Slot::Kind::parameter, static_cast<int>(number), 0, type};
  }

  static void read_ops(KernelOp kernel, Call& call) {
    for (mlir::Operation& op : kernel.getBody().front().without_terminator()) {
      call.ops += (call.ops.empty() ? "" : " ") + op.getName().stripDialect().str();
      call.layers.push_back(layer_of(&op));
    }
  }

  void read(KernelOp kernel) {
    if (!kernel.getAlgorithm() || !kernel.getSymbol() || !kernel.getOffsets())
      fail(kernel, "an algorithm, a symbol and offsets", "a kernel without");
    Call call;
    call.symbol = kernel.getSymbol()->str();
    call.definition = definition_of(kernel);
    call.algorithm = kernel.getAlgorithm()->str();
    if (kernel.getSchedule())
      call.schedule = kernel.getSchedule()->getText().str();
    call.layer = kernel.getLayer().str();
    read_ops(kernel, call);
    for (mlir::Value operand : kernel.getInputs())
      call.operands.push_back(slots_.lookup(operand));
    for (mlir::OpResult result : kernel->getResults()) {
      Slot slot{Slot::Kind::arena, 0, (*kernel.getOffsets())[result.getResultNumber()],
                tensor_type_of(result)};
      if (const auto output = outputs_.find(result); output != outputs_.end())
        slot = {Slot::Kind::output, output->second, 0, slot.type};
      else if (slot.offset < 0 || slot.offset + slot.type.bytes() > plan_.arena_bytes)
        fail(kernel, "an offset within the arena", std::to_string(slot.offset));
      slots_[result] = slot;
      call.results.push_back(slot);
    }
    plan_.calls.push_back(std::move(call));
  }

  mlir::func::FuncOp function_;
  Plan plan_;
  llvm::DenseMap<mlir::Value, Slot> slots_;
  llvm::DenseMap<mlir::Value, int> outputs_; // the kernel results that live in outputs
};

} // namespace

mlir::Value owner_of(mlir::Value value) {
  while (mlir::Operation* op = value.getDefiningOp()) {
    auto described = llvm::dyn_cast<FoveaOpInterface>(op);
    if (!described || !described.is_row_major_view())
      break;
    value = op->getOperand(0);
  }
  return value;
}

Plan plan_of(mlir::ModuleOp module) {
  auto functions = module.getOps<mlir::func::FuncOp>();
  if (functions.empty() || std::next(functions.begin()) != functions.end() ||
      !(*functions.begin()).getBody().hasOneBlock())
    fail(module, "one function with a body", "another number");
  return Planner(*functions.begin()).plan();
}

} // namespace fovea::ir
