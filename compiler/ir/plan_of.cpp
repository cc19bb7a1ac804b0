#include "compiler/ir/plan_of.hpp"

#include "compiler/ir/ops.hpp"

#include <fovea/error.hpp>

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/SHA256.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>
#include <mlir/IR/BuiltinOps.h>

namespace fovea::ir {
namespace {

// An equation's is that of its definition.
std::string name_of(mlir::Operation* op) {
  auto equation = llvm::dyn_cast<EquationOp>(op);
  return equation ? equation.getDefinitionName().str() : op->getName().stripDialect().str();
}

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

// "conv1.weight.prepared.0a1b2c3d". The hash keeps two libraries apart whose weights are stored in
// one shape, but in another order.
std::string prepared_name(const Plan& plan, const Call& call) {
  std::string source = call.layer;
  for (const Slot& slot : call.operands)
    if (slot.kind == Slot::Kind::parameter && call.operands.size() == 1)
      source = plan.parameters[static_cast<size_t>(slot.number)].name;
  llvm::SHA256 hash;
  hash.update(canonical_text(call.definition));
  return source + ".prepared." +
         llvm::toHex(llvm::ArrayRef(hash.final()).take_front(4), /*LowerCase=*/true);
}

// The calls of one function.
class CallReader {
 public:
  // `block`: where its kernels' results are, unless they are outputs; of `bytes` bytes.
  CallReader(Slot::Kind block, int64_t bytes, std::vector<Call>& calls)
      : block_(block), bytes_(bytes), calls_(calls) {}

  // Before the kernels are read.
  void put(mlir::Value value, Slot slot) { slots_[value] = std::move(slot); }
  // Where a value is that was put or read; null for others.
  const Slot* find(mlir::Value value) const {
    const auto found = slots_.find(value);
    return found == slots_.end() ? nullptr : &found->second;
  }
  // This result of a kernel or a join lives in output `number`.
  bool put_output(mlir::Value owner, int number) {
    return outputs_.try_emplace(owner, number).second;
  }

  void read(mlir::Operation& op) {
    if (auto kernel = llvm::dyn_cast<KernelOp>(op))
      return read(kernel);
    if (auto join = llvm::dyn_cast<JoinOp>(op)) // begins where its first operand does
      return share(op, join.getParts().front(), 0);
    if (auto part = llvm::dyn_cast<PartOp>(op))
      return share(op, part.getWhole(), begin_of(part));
    auto described = llvm::dyn_cast<FoveaOpInterface>(op);
    if (!described || !described.is_row_major_view())
      fail(&op, "kernels, parameters and views only", op.getName().getStringRef().str());
    share(op, op.getOperand(0), 0);
  }

 private:
  Slot slot_of(mlir::Operation* op, mlir::Value value) const {
    const Slot* slot = find(value);
    if (!slot)
      fail(op, "operands made by kernels", "another");
    return *slot;
  }

  // The op's result is in memory where `operand` is, `bytes` bytes further on.
  void share(mlir::Operation& op, mlir::Value operand, int64_t bytes) {
    Slot slot = slot_of(&op, operand);
    slot.offset += bytes;
    slot.type = tensor_type_of(op.getResult(0));
    slots_[op.getResult(0)] = slot;
  }

  static void read_ops(KernelOp kernel, Call& call) {
    for (mlir::Operation& op : kernel.getBody().front().without_terminator()) {
      call.ops += (call.ops.empty() ? "" : " ") + name_of(&op);
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
    call.forms = forms_of(kernel);
    read_ops(kernel, call);
    for (mlir::Value operand : kernel.getInputs())
      call.operands.push_back(slot_of(kernel, operand));
    for (mlir::OpResult result : kernel->getResults()) {
      const Place place = place_of(result);
      const int64_t offset = (*kernel.getOffsets())[result.getResultNumber()];
      Slot slot{block_, 0, offset + place.bytes, tensor_type_of(result)};
      if (const auto output = outputs_.find(place.buffer); output != outputs_.end())
        slot = {Slot::Kind::output, output->second, place.bytes, slot.type};
      else if (offset < 0 || slot.offset + slot.type.bytes() > bytes_)
        fail(kernel, "an offset within the arena", std::to_string(offset));
      slots_[result] = slot;
      call.results.push_back(slot);
    }
    calls_.push_back(std::move(call));
  }

  const Slot::Kind block_;
  const int64_t bytes_;
  std::vector<Call>& calls_;
  llvm::DenseMap<mlir::Value, Slot> slots_;
  llvm::DenseMap<mlir::Value, int> outputs_; // the results that live in outputs
};

int64_t integer(mlir::func::FuncOp function, const char* name) {
  auto attribute = function->getAttrOfType<mlir::IntegerAttr>(name);
  if (!attribute)
    fail(function, std::string("an attribute ") + name, "none");
  return attribute.getInt();
}

class Planner {
 public:
  explicit Planner(mlir::func::FuncOp function) : function_(function) {}

  Plan plan() {
    plan_.name = function_.getName().str();
    plan_.arena_bytes = integer(function_, "fovea.arena_bytes");
    plan_.arena_lower_bound = integer(function_, "fovea.arena_lower_bound");
    mlir::Block& block = function_.getBody().front();
    for (auto parameter : block.getOps<ParameterOp>())
      read(parameter);
    if (auto prepared = block.getOps<PreparedOp>(); !prepared.empty())
      read_preparations(*prepared.begin());
    read_calls(block);
    return std::move(plan_);
  }

 private:
  void read(ParameterOp parameter) {
    const size_t number = static_cast<size_t>(parameter.getNumber());
    if (number != plan_.parameters.size())
      fail(parameter, "parameter " + std::to_string(plan_.parameters.size()),
           std::to_string(number));
    plan_.parameters.push_back(
        {parameter.getParameterName().str(), tensor_type_of(parameter.getValue())});
  }

  Slot slot_of(ParameterOp parameter) const {
    const size_t number = static_cast<size_t>(parameter.getNumber());
    const TensorType type = tensor_type_of(parameter.getValue());
    if (number >= plan_.parameters.size() || plan_.parameters[number].type != type)
      fail(parameter, "one of the network's parameters", std::to_string(number));
    return {Slot::Kind::parameter, static_cast<int>(number), 0, type};
  }

  // The function that `first` names, which the others name too.
  void read_preparations(PreparedOp first) {
    auto function = mlir::SymbolTable::lookupNearestSymbolFrom<mlir::func::FuncOp>(
        first, first.getPreparationAttr());
    if (!function || !function.getBody().hasOneBlock())
      fail(first, "a function that prepares", "none");
    plan_.prepared_bytes = integer(function, "fovea.arena_bytes");
    CallReader reader(Slot::Kind::prepared, plan_.prepared_bytes, plan_.preparations);
    mlir::Block& block = function.getBody().front();
    for (mlir::Operation& op : block.without_terminator())
      if (auto parameter = llvm::dyn_cast<ParameterOp>(op))
        reader.put(parameter.getValue(), slot_of(parameter));
      else
        reader.read(op);
    for (mlir::Value value : block.getTerminator()->getOperands()) {
      const Slot* slot = reader.find(value);
      if (!slot || slot->kind != Slot::Kind::prepared)
        fail(function, "results made by kernels", "another");
      plan_.prepared.push_back({name_of_prepared(*slot), slot->type, slot->offset});
    }
  }

  // The last call that writes there: others wrote what does not stay.
  std::string name_of_prepared(const Slot& slot) const {
    for (const Call& call : llvm::reverse(plan_.preparations))
      for (const Slot& result : call.results)
        if (result.offset == slot.offset)
          return prepared_name(plan_, call) +
                 (call.results.size() == 1 ? "" : "." + std::to_string(&result - &call.results[0]));
    return {};
  }

  void read_calls(mlir::Block& block) {
    CallReader reader(Slot::Kind::arena, plan_.arena_bytes, plan_.calls);
    read_inputs(reader);
    read_outputs(reader);
    for (mlir::Operation& op : block.without_terminator())
      if (auto parameter = llvm::dyn_cast<ParameterOp>(op))
        reader.put(parameter.getValue(), slot_of(parameter));
      else if (auto prepared = llvm::dyn_cast<PreparedOp>(op))
        reader.put(prepared.getValue(), slot_of(prepared));
      else
        reader.read(op);
    for (mlir::Value value : block.getTerminator()->getOperands())
      if (!reader.find(owner_of(value)))
        fail(function_, "a kernel for each output", "none");
  }

  Slot slot_of(PreparedOp prepared) const {
    const size_t number = prepared.getNumber();
    if (number >= plan_.prepared.size())
      fail(prepared, "a number of what is prepared", std::to_string(number));
    const PreparedValue& value = plan_.prepared[number];
    return {Slot::Kind::prepared, 0, value.offset, value.type};
  }

  void read_inputs(CallReader& reader) {
    for (mlir::BlockArgument argument : function_.getArguments()) {
      const unsigned number = argument.getArgNumber();
      if (!is_tensor(argument.getType()))
        fail(function_, "inputs that are tensors", "another type");
      plan_.inputs.push_back(
          {name_of(function_.getArgAttrDict(number), "input", number), tensor_type_of(argument)});
      reader.put(argument,
                 {Slot::Kind::input, static_cast<int>(number), 0, tensor_type_of(argument)});
    }
  }

  // A result of a kernel or a join that the function returns, itself or through views, lives in the
  // output.
  void read_outputs(CallReader& reader) {
    mlir::Operation* terminator = function_.getBody().front().getTerminator();
    for (mlir::OpOperand& operand : terminator->getOpOperands()) {
      const unsigned number = operand.getOperandNumber();
      plan_.outputs.push_back({name_of(function_.getResultAttrDict(number), "output", number),
                               tensor_type_of(operand.get())});
      mlir::Value owner = owner_of(operand.get());
      if (!llvm::isa_and_nonnull<KernelOp, JoinOp>(owner.getDefiningOp()))
        fail(terminator, "outputs made by kernels", "output " + std::to_string(number));
      if (!reader.put_output(owner, static_cast<int>(number)))
        fail(terminator, "a kernel's result for each output", "one result returned twice");
    }
  }

  mlir::func::FuncOp function_;
  Plan plan_;
};

// The module's one function that is no preparation; null where there is another number.
mlir::func::FuncOp network_of(mlir::ModuleOp module) {
  mlir::func::FuncOp network;
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    if (function->hasAttr(prepare_attribute))
      continue;
    if (network)
      return {};
    network = function;
  }
  return network;
}

} // namespace

Plan plan_of(mlir::ModuleOp module) {
  mlir::func::FuncOp network = network_of(module);
  if (!network || !network.getFunctionBody().hasOneBlock())
    fail(module, "one function with a body", "another number");
  return Planner(network).plan();
}

} // namespace fovea::ir
