#include "compiler/import/network_of.hpp"

#include "compiler/import/limits.hpp"
#include "compiler/ir/op_bridge.hpp"
#include "compiler/ir/ops.hpp"
#include "compiler/ir/source_of.hpp"

#include <fovea/all_ops.hpp>
#include <fovea/equation/fixed_equation.hpp>
#include <fovea/error.hpp>

#include <fmt/format.h>
#include <llvm/ADT/DenseMap.h>
#include <mlir/Dialect/Func/IR/FuncOps.h>

#include <map>
#include <set>

namespace fovea::ir {
namespace {

constexpr const char* import_hint =
    "a model is the IR that Network::save and the phase `import` write";

[[noreturn]] void fail(mlir::Location location, std::string what, std::string expected = {},
                       std::string got = {}, std::string hint = {}) {
  throw Error({.what = std::move(what),
               .where = source_of(location),
               .expected = std::move(expected),
               .got = std::move(got),
               .hint = std::move(hint)});
}

std::string name_of(mlir::Operation* op) {
  return op->getName().getStringRef().str();
}

// The only op of the module.
mlir::func::FuncOp function_of(mlir::ModuleOp module) {
  const auto functions = module.getOps<mlir::func::FuncOp>();
  const size_t ops = module.getBody()->getOperations().size();
  if (ops != 1 || functions.empty())
    fail(ops > 1 ? module.getBody()->back().getLoc() : module.getLoc(),
         "a model is a module of one function", "one func.func",
         functions.empty() ? fmt::format("{} ops, none of them func.func", ops)
                           : fmt::format("{} ops", ops));
  auto function = *functions.begin();
  if (!function.getBody().hasOneBlock())
    fail(function.getLoc(), "the function has no body of one block", "one block",
         std::to_string(function.getBody().getBlocks().size()));
  return function;
}

// What the network could not hold, and what may change the meaning.
void refuse_unknown_attributes(mlir::ModuleOp module, mlir::func::FuncOp function) {
  mlir::Operation* found = nullptr;
  module->walk([&](mlir::Operation* op) {
    found = op->getDiscardableAttrs().empty() ? nullptr : op;
    return found ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
  });
  if (found)
    fail(found->getLoc(),
         fmt::format("{} has an attribute '{}', which a model's has not", name_of(found),
                     (*found->getDiscardableAttrs().begin()).getName().str()),
         {}, {}, import_hint);
  if (module.getSymName() || module.getSymVisibility())
    fail(module.getLoc(), "the module has a name, which a model's has not", "module {", {},
         import_hint);
  if (function.getSymVisibility() || function.getNoInline())
    fail(function.getLoc(), "the function is private or no_inline, which a model's is not", {}, {},
         import_hint);
}

OpPtr op_of(mlir::Operation* op) {
  if (auto equation = llvm::dyn_cast<EquationOp>(op)) {
    if (equation->getNumResults() == 0)
      fail(op->getLoc(), "fovea.equation without results", "one or more", "0");
    Attributes stated; // all are verified
    if (const auto all = equation.getStated())
      for (const mlir::NamedAttribute one : *all)
        stated.emplace_back(one.getName().str(), *from_mlir(one.getValue()));
    OpNotes notes;
    notes.doc = equation.getDoc().value_or("").str();
    notes.algorithm.text = equation.getAlgorithm().value_or("").str();
    if (const auto schedule = equation.getSchedule())
      notes.schedule.text = schedule->getText().str();
    return std::make_shared<FixedEquation>(definition_of(equation), std::move(stated),
                                           std::move(notes));
  }
  OpPtr made;
  if (llvm::isa<FoveaDialect>(op->getDialect()))
    ops::All::for_each([&]<class Op>() {
      if (op->getName().stripDialect() == Op::name)
        made = make_op(struct_of<Op>(op, [&](const char* name) {
          fail(op->getLoc(),
               fmt::format("{}: attribute '{}' is of another kind", name_of(op), name));
        }));
    });
  if (made)
    return made;
  fail(op->getLoc(),
       llvm::isa<FoveaDialect>(op->getDialect())
           ? fmt::format("{} is what passes make: this is IR of a later phase", name_of(op))
           : fmt::format("{} is no op of the fovea dialect", name_of(op)),
       "layers, equations and parameters", name_of(op), import_hint);
}

class Reader {
 public:
  Reader(mlir::ModuleOp module, mlir::func::FuncOp function)
      : function_(function), block_(function.getBody().front()),
        network_(function.getSymName().str(), source_of(module.getLoc())) {}

  Network run() {
    make_inputs();
    make_parameters();
    note_layers();
    for (mlir::Operation& op : block_.without_terminator())
      if (!llvm::isa<ParameterOp>(op))
        apply(op);
    make_outputs();
    return network_;
  }

 private:
  // The name of an argument or result of the function, which has no other attribute.
  std::string name_of_tensor(const char* kind, size_t number, mlir::DictionaryAttr attributes) {
    const auto name =
        attributes ? attributes.getAs<mlir::StringAttr>("fovea.name") : mlir::StringAttr();
    if (!name || attributes.size() != 1)
      fail(function_.getLoc(), fmt::format("{} {} of the function has no name", kind, number),
           "one attribute {fovea.name = \"...\"}",
           attributes ? fmt::format("{} attributes", attributes.size()) : "none", import_hint);
    return name.str();
  }

  static TensorType type_of(mlir::Value value) {
    const auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(value.getType());
    std::string text;
    llvm::raw_string_ostream(text) << value.getType();
    if (!is_tensor(value.getType()))
      fail(value.getLoc(), "a value of the function is no tensor of a model",
           "static extents >= 1, rank <= 12, elements f16 bf16 f32 f64 i8 ui8 i32 i64 i1", text);
    if (tensor.getEncoding())
      fail(value.getLoc(), "a tensor has a layout: this is IR of a later phase",
           "tensors without layout", text, import_hint);
    return tensor_type_of(value);
  }

  void make_inputs() {
    for (auto [k, argument] : llvm::enumerate(block_.getArguments())) {
      const TensorType type = type_of(argument);
      values_[argument] = network_.input(
          name_of_tensor("argument", k, function_.getArgAttrDict(static_cast<unsigned>(k))),
          type.shape, type.dtype, source_of(argument.getLoc()));
    }
  }

  // In the order of their numbers, wherever they stand.
  void make_parameters() {
    std::map<int64_t, ParameterOp> parameters;
    for (auto parameter : block_.getOps<ParameterOp>())
      if (!parameters.emplace(parameter.getNumber(), parameter).second)
        fail(parameter.getLoc(),
             fmt::format("two parameters have number {}", parameter.getNumber()));
    int64_t next = 0;
    for (auto [number, parameter] : parameters) {
      if (number != next++)
        fail(parameter.getLoc(), "a parameter is missing before this one",
             fmt::format("number {}", next - 1), std::to_string(number));
      const TensorType type = type_of(parameter.getValue());
      values_[parameter.getValue()] =
          network_.parameter(parameter.getParameterName().str(), type.shape, type.dtype,
                             source_of(parameter.getLoc()));
    }
  }

  static llvm::StringRef written_layer(mlir::Operation& op) {
    const auto layer = op.getAttrOfType<mlir::StringAttr>("layer");
    return layer ? layer.getValue() : llvm::StringRef();
  }

  // Numbers are given to the others: never one of these.
  void note_layers() {
    for (mlir::Operation& op : block_.without_terminator())
      layers_.insert(written_layer(op).str());
  }

  std::string layer_of(mlir::Operation& op, const AnyOp& described) {
    if (const llvm::StringRef written = written_layer(op); !written.empty())
      return written.str();
    const std::string base = described.layer_name();
    for (int& count = counts_[base];;) {
      ++count;
      std::string name = count == 1 ? base : fmt::format("{}_{}", base, count);
      if (layers_.insert(name).second)
        return name;
    }
  }

  void apply(mlir::Operation& op) {
    const OpPtr described = op_of(&op);
    std::vector<fovea::Tensor<>> operands;
    for (mlir::Value operand : op.getOperands())
      operands.push_back(values_.at(operand));
    const std::vector<fovea::Tensor<>> results = network_.apply_to_operands(
        described, operands, layer_of(op, *described), source_of(op.getLoc()));
    for (auto [k, result] : llvm::enumerate(op.getResults())) {
      const TensorType type = type_of(result);
      if (results.size() != op.getNumResults() || results[k].type() != type)
        fail(op.getLoc(), fmt::format("{}: result {} is not what the op gives", name_of(&op), k),
             results.size() == op.getNumResults() ? to_string(results[k].type())
                                                  : fmt::format("{} results", results.size()),
             to_string(type));
      values_[result] = results[k];
    }
  }

  void make_outputs() {
    for (auto [k, value] : llvm::enumerate(block_.getTerminator()->getOperands()))
      network_.output(
          name_of_tensor("result", k, function_.getResultAttrDict(static_cast<unsigned>(k))),
          values_.at(value), source_of(function_.getLoc()));
  }

  mlir::func::FuncOp function_;
  mlir::Block& block_;
  Network network_;
  llvm::DenseMap<mlir::Value, fovea::Tensor<>> values_;
  std::set<std::string> layers_;
  std::map<std::string, int> counts_; // layers without a name so far, by what they are
};

} // namespace

Network network_of(mlir::ModuleOp module) {
  check_limits(module);
  const mlir::func::FuncOp function = function_of(module);
  refuse_unknown_attributes(module, function);
  return Reader(module, function).run();
}

} // namespace fovea::ir
