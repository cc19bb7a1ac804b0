#include "passes/kernels.hpp"

#include "passes/Pipeline.hpp"

#include <mlir/IR/Builders.h>
#include <mlir/IR/IRMapping.h>

namespace fovea::passes {
namespace {

ir::KernelOp create(mlir::OpBuilder& builder, mlir::Location location, llvm::StringRef layer,
                    mlir::ValueRange inputs, mlir::TypeRange results) {
  return ir::KernelOp::create(builder, location, results, builder.getStringAttr(layer), inputs,
                              nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
}

// The kernel's block, with an argument for each input; `mapping` takes inputs to arguments.
mlir::Block* open(mlir::OpBuilder& builder, ir::KernelOp kernel, mlir::IRMapping& mapping) {
  mlir::Block* block = builder.createBlock(&kernel.getBody());
  for (mlir::Value input : kernel.getInputs())
    mapping.map(input, block->addArgument(input.getType(), input.getLoc()));
  return block;
}

} // namespace

Definition copy_of(const TensorType& type) {
  Node read;
  read.kind = Node::Kind::read;
  read.type = type.dtype;
  Equation equation;
  equation.name = "Z";
  equation.type = type.dtype;
  for (int k = 0; k < type.shape.rank(); ++k) {
    equation.free.push_back({"i" + std::to_string(k), type.shape[k]});
    read.subscripts.push_back({IndexExpr::of(k), Boundary::none, nullptr});
  }
  equation.body = std::make_shared<const Node>(std::move(read));
  return {"copy", {{"X", type}}, {std::move(equation)}, {0}};
}

ir::KernelOp make_kernel(mlir::Operation* op) {
  mlir::OpBuilder builder(op);
  llvm::SetVector<mlir::Value> inputs(op->operand_begin(), op->operand_end());
  ir::KernelOp kernel =
      create(builder, op->getLoc(), ir::layer_of(op), inputs.getArrayRef(), op->getResultTypes());
  mlir::IRMapping mapping;
  open(builder, kernel, mapping);
  mlir::Operation* inner = builder.clone(*op, mapping);
  ir::YieldOp::create(builder, op->getLoc(), inner->getResults());
  op->replaceAllUsesWith(kernel);
  op->erase();
  return kernel;
}

ir::KernelOp merge_kernels(ir::KernelOp producer, ir::KernelOp consumer, llvm::StringRef layer) {
  mlir::OpBuilder builder(consumer);
  const llvm::SetVector<mlir::Value> inputs = merged_inputs({producer, consumer});
  ir::KernelOp merged = create(builder, builder.getFusedLoc({producer.getLoc(), consumer.getLoc()}),
                               layer, inputs.getArrayRef(), consumer.getResultTypes());

  mlir::IRMapping outer; // of values outside to values inside
  open(builder, merged, outer);
  for (ir::KernelOp part : {producer, consumer}) {
    mlir::Block& block = part.getBody().front();
    mlir::IRMapping inner;
    for (auto [argument, input] : llvm::zip(block.getArguments(), part.getInputs()))
      inner.map(argument, outer.lookup(input));
    for (mlir::Operation& op : block.without_terminator())
      builder.clone(op, inner);
    for (auto [result, yielded] :
         llvm::zip(part->getResults(), block.getTerminator()->getOperands()))
      outer.map(result, inner.lookup(yielded));
  }
  llvm::SmallVector<mlir::Value> results;
  for (mlir::Value result : consumer->getResults())
    results.push_back(outer.lookup(result));
  ir::YieldOp::create(builder, merged.getLoc(), results);

  consumer->replaceAllUsesWith(merged);
  consumer->erase();
  producer->erase();
  return merged;
}

ir::KernelOp make_copy(mlir::OpBuilder& builder, mlir::Location location, llvm::StringRef layer,
                       mlir::Value value, const TensorType& type, const catalogue::Forms& forms) {
  const mlir::OpBuilder::InsertionGuard guard(builder);
  mlir::MLIRContext& context = *builder.getContext();
  const mlir::Type result = ir::to_mlir(context, catalogue::stored_type(type, forms.result(0)));
  ir::KernelOp kernel = create(builder, location, layer, value, result);
  mlir::Block* block = builder.createBlock(&kernel.getBody());
  mlir::Value argument = block->addArgument(ir::to_mlir(context, type), location);
  auto equation = ir::build_equation(builder, location, copy_of(type), argument, layer);
  ir::YieldOp::create(builder, location, equation->getResults());
  set_forms(kernel, forms);
  return kernel;
}

llvm::SetVector<mlir::Value> merged_inputs(llvm::ArrayRef<ir::KernelOp> parts) {
  llvm::SetVector<mlir::Value> inputs;
  for (ir::KernelOp part : parts)
    for (mlir::Value input : part.getInputs())
      if (!llvm::is_contained(parts, input.getDefiningOp<ir::KernelOp>()))
        inputs.insert(input);
  return inputs;
}

Definition merged_definition(llvm::ArrayRef<ir::KernelOp> parts) {
  const llvm::SetVector<mlir::Value> inputs = merged_inputs(parts);
  std::vector<Operand> operands(inputs.size());
  std::vector<Stage> stages;
  for (ir::KernelOp part : parts) {
    Stage stage{definition_of(part), {}};
    for (auto [k, input] : llvm::enumerate(part.getInputs())) {
      const auto found = llvm::find(inputs, input);
      Stage::Source source{.operand = -1, .stage = -1, .result = 0};
      if (found == inputs.end()) {
        source.stage = static_cast<int>(llvm::find(parts, input.getDefiningOp<ir::KernelOp>()) -
                                        parts.begin());
        source.result = static_cast<int>(llvm::cast<mlir::OpResult>(input).getResultNumber());
      } else {
        source.operand = static_cast<int>(found - inputs.begin());
        operands[static_cast<size_t>(source.operand)] = stage.definition.operands[k];
      }
      stage.sources.push_back(source);
    }
    stages.push_back(std::move(stage));
  }
  std::vector<StageResult> results;
  for (size_t k = 0; k < ir::KernelOp(parts.back())->getNumResults(); ++k)
    results.push_back({static_cast<int>(stages.size()) - 1, static_cast<int>(k)});
  return compose("merged", std::move(operands), stages, results);
}

std::string key_of(const PipelineOptions& options, llvm::StringRef layer,
                   const Definition& definition, const std::vector<bool>& known) {
  const LayerChoice choice = choice_for(options, layer.str());
  std::string key = canonical_text(definition) + "\n" + choice.algorithm + "\n" + choice.schedule;
  key += "\n";
  for (const bool one : known)
    key += one ? '1' : '0';
  return key;
}

bool depends_on_weights_alone(mlir::Operation* op, const llvm::DenseSet<mlir::Value>& known,
                              const llvm::DenseSet<mlir::Value>& outputs) {
  if (llvm::isa<ir::ParameterOp>(op))
    return true;
  return llvm::isa<ir::FoveaOpInterface>(op) &&
         llvm::none_of(op->getResults(), [&](mlir::Value v) { return outputs.contains(v); }) &&
         llvm::none_of(op->getUsers(), llvm::IsaPred<ir::JoinOp>) &&
         llvm::all_of(op->getOperands(), [&](mlir::Value v) { return known.contains(v); });
}

llvm::DenseSet<mlir::Value> known_before_running(mlir::func::FuncOp function) {
  mlir::Block& block = function.getBody().front();
  llvm::DenseSet<mlir::Value> outputs, known;
  for (mlir::Value output : block.getTerminator()->getOperands())
    outputs.insert(ir::owner_of(output));
  for (mlir::Operation& op : block.without_terminator())
    if (depends_on_weights_alone(&op, known, outputs))
      known.insert(op.result_begin(), op.result_end());
  return known;
}

} // namespace fovea::passes
