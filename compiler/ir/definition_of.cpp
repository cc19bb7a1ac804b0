#include "compiler/ir/index_map.hpp"
#include "compiler/ir/ops.hpp"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/TypeSwitch.h>

// fovea.equation and fovea.kernel -> Definition. The ops are verified: nothing is checked again.
namespace fovea::ir {
namespace {

class EquationReader {
 public:
  explicit EquationReader(EquationOp equation) : equation_(equation) {}

  Definition read() {
    definition_.name = equation_.getDefinitionName().str();
    mlir::Block& block = equation_.getBody().front();
    for (auto [argument, name] : llvm::zip(
             block.getArguments(), equation_.getOperandNames().getAsRange<mlir::StringAttr>())) {
      tensors_[argument] = static_cast<int>(definition_.operands.size());
      definition_.operands.push_back({name.str(), tensor_type_of(argument)});
    }
    for (auto define : block.getOps<DefineOp>()) {
      tensors_[define.getResult()] =
          definition_.tensor_of_equation(static_cast<int>(definition_.equations.size()));
      definition_.equations.push_back(read(define));
    }
    for (mlir::Value value : block.getTerminator()->getOperands())
      definition_.results.push_back(tensors_.lookup(value) - definition_.tensor_of_equation(0));
    return std::move(definition_);
  }

 private:
  static std::vector<IndexRange> ranges(mlir::ArrayAttr names, llvm::ArrayRef<int64_t> extents) {
    std::vector<IndexRange> result;
    for (auto [name, extent] : llvm::zip(names.getAsRange<mlir::StringAttr>(), extents))
      result.push_back({name.str(), extent});
    return result;
  }

  Equation read(DefineOp define) {
    Equation equation;
    equation.name = define.getEquationName().str();
    equation.type = tensor_type_of(define.getResult()).dtype;
    equation.free = ranges(define.getFreeNames(), define.getFreeExtents());
    if (define.getReduction()) {
      equation.reduction = reduce_kind_of(*define.getReduction());
      equation.reduced = ranges(*define.getReducedNames(), *define.getReducedExtents());
      equation.accumulator = *dtype_of(*define.getAccumulator());
    }
    for (mlir::Operation& op : define.getBody().front().without_terminator())
      values_[op.getResult(0)] = std::make_shared<const Node>(read(op));
    equation.body = values_.lookup(define.getBody().front().getTerminator()->getOperand(0));
    if (!equation.reduction) // what a definition has where nothing is reduced
      equation.accumulator = Equation{}.accumulator;
    return equation;
  }

  Node read(mlir::Operation& op) {
    Node node;
    node.type = *dtype_of(op.getResult(0).getType());
    llvm::TypeSwitch<mlir::Operation*>(&op)
        .Case<ConstantOp>([&](ConstantOp constant) {
          node.kind = Node::Kind::constant;
          if (const auto real = llvm::dyn_cast<mlir::FloatAttr>(constant.getNumber()))
            node.constant = real.getValueAsDouble();
          else
            node.integer = llvm::cast<mlir::IntegerAttr>(constant.getNumber()).getInt();
        })
        .Case<IndexOp>([&](IndexOp index) {
          node.kind = Node::Kind::index;
          node.index = *from_affine(index.getMap().getResult(0));
        })
        .Case<ReadOp>([&](ReadOp read) { this->read(read, node); })
        .Case<ScalarCallOp>([&](ScalarCallOp call) {
          node.kind = Node::Kind::op;
          node.op = *scalar_op_of(call.getKind());
          add_args(call.getArgs(), node);
        })
        .Case<ScalarCastOp>([&](ScalarCastOp cast) {
          node.kind = Node::Kind::cast;
          add_args(cast->getOperands(), node);
        });
    return node;
  }

  void add_args(mlir::ValueRange args, Node& node) {
    for (mlir::Value arg : args)
      node.args.push_back(values_.lookup(arg));
  }

  void read(ReadOp read, Node& node) {
    node.kind = Node::Kind::read;
    node.tensor = tensors_.lookup(read.getTensor());
    auto fill = read.getFills().begin();
    for (auto [k, expr] : llvm::enumerate(read.getMap().getResults())) {
      Subscript subscript{*from_affine(expr), Boundary::none, nullptr};
      if (const auto rules = read.getBoundaries())
        subscript.boundary = *boundary_of(llvm::cast<mlir::StringAttr>((*rules)[k]).getValue());
      if (subscript.boundary == Boundary::fill)
        subscript.fill = values_.lookup(*fill++);
      node.subscripts.push_back(std::move(subscript));
    }
    if (const auto gathered = read.getGathered())
      for (auto [dimension, place] : llvm::zip(*gathered, read.getPlaces()))
        node.subscripts[static_cast<size_t>(dimension)].computed = values_.lookup(place);
  }

  EquationOp equation_;
  Definition definition_;
  llvm::DenseMap<mlir::Value, int> tensors_;
  llvm::DenseMap<mlir::Value, Expr> values_;
};

} // namespace

Definition definition_of(EquationOp equation) {
  return EquationReader(equation).read();
}

Definition definition_of(KernelOp kernel) {
  mlir::Block& block = kernel.getBody().front();
  llvm::DenseMap<mlir::Value, Stage::Source> sources;
  std::vector<Operand> operands;
  for (mlir::BlockArgument argument : block.getArguments()) {
    sources[argument] = {.operand = static_cast<int>(operands.size()), .stage = -1, .result = 0};
    operands.push_back({"", tensor_type_of(argument)});
  }

  std::vector<Stage> stages;
  for (mlir::Operation& op : block.without_terminator()) {
    Stage stage{llvm::cast<FoveaOpInterface>(op).definition(), {}};
    for (auto [k, operand] : llvm::enumerate(op.getOperands())) {
      const Stage::Source source = sources.lookup(operand);
      stage.sources.push_back(source);
      // An operand is called what the first op that reads it calls it.
      if (source.operand >= 0 && operands[static_cast<size_t>(source.operand)].name.empty())
        operands[static_cast<size_t>(source.operand)].name = stage.definition.operands[k].name;
    }
    for (mlir::OpResult result : op.getResults())
      sources[result] = {.operand = -1,
                         .stage = static_cast<int>(stages.size()),
                         .result = static_cast<int>(result.getResultNumber())};
    stages.push_back(std::move(stage));
  }

  std::vector<StageResult> results;
  for (mlir::Value value : block.getTerminator()->getOperands()) {
    const Stage::Source source = sources.lookup(value);
    results.push_back({source.stage, source.result});
  }
  return compose(kernel.getLayer().str(), std::move(operands), stages, results);
}

} // namespace fovea::ir
