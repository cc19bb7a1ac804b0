#include "compiler/ir/index_map.hpp"
#include "compiler/ir/ops.hpp"

#include <llvm/ADT/DenseMap.h>
#include <mlir/IR/Builders.h>

// Definition -> fovea.equation.
namespace fovea::ir {
namespace {

class EquationBuilder {
 public:
  EquationBuilder(mlir::OpBuilder& builder, mlir::Location location, const Definition& definition)
      : builder_(builder), location_(location), definition_(definition) {}

  EquationOp build(mlir::ValueRange operands, llvm::StringRef layer) {
    llvm::SmallVector<mlir::Type> results;
    llvm::SmallVector<llvm::StringRef> names;
    for (int result : definition_.results)
      results.push_back(type_of(definition_.tensor_of_equation(result)));
    for (const Operand& operand : definition_.operands)
      names.push_back(operand.name);
    auto equation = EquationOp::create(
        builder_, location_, results, builder_.getStringAttr(definition_.name), operands,
        builder_.getStrArrayAttr(names), layer.empty() ? nullptr : builder_.getStringAttr(layer),
        nullptr, nullptr, nullptr, nullptr);

    const mlir::OpBuilder::InsertionGuard guard(builder_);
    mlir::Block* block = builder_.createBlock(&equation.getBody());
    for (mlir::Value operand : operands)
      tensors_.push_back(block->addArgument(operand.getType(), location_));
    for (const Equation& one : definition_.equations)
      tensors_.push_back(build(one));
    llvm::SmallVector<mlir::Value> yielded;
    for (int result : definition_.results)
      yielded.push_back(tensors_[static_cast<size_t>(definition_.tensor_of_equation(result))]);
    YieldOp::create(builder_, location_, yielded);
    return equation;
  }

 private:
  mlir::Type type_of(int tensor) {
    return to_mlir(*builder_.getContext(), definition_.type_of(tensor));
  }
  mlir::Type to_type(DType type) { return to_mlir(*builder_.getContext(), type); }

  static std::pair<llvm::SmallVector<llvm::StringRef>, llvm::SmallVector<int64_t>>
  split(const std::vector<IndexRange>& ranges) {
    std::pair<llvm::SmallVector<llvm::StringRef>, llvm::SmallVector<int64_t>> result;
    for (const IndexRange& range : ranges) {
      result.first.push_back(range.name);
      result.second.push_back(range.extent);
    }
    return result;
  }

  mlir::Value build(const Equation& equation) {
    const auto [free_names, free_extents] = split(equation.free);
    const auto [reduced_names, reduced_extents] = split(equation.reduced);
    auto define = DefineOp::create(
        builder_, location_, to_mlir(*builder_.getContext(), {equation.type, equation.shape()}),
        builder_.getStringAttr(equation.name), builder_.getStrArrayAttr(free_names),
        builder_.getDenseI64ArrayAttr(free_extents), nullptr, nullptr, nullptr, nullptr);
    if (equation.reduction) {
      const std::string_view kind = name_of(*equation.reduction);
      define.setReductionAttr(builder_.getStringAttr(llvm::StringRef(kind.data(), kind.size())));
      define.setReducedNamesAttr(builder_.getStrArrayAttr(reduced_names));
      define.setReducedExtentsAttr(builder_.getDenseI64ArrayAttr(reduced_extents));
      define.setAccumulatorAttr(mlir::TypeAttr::get(to_type(equation.accumulator)));
    }
    const mlir::OpBuilder::InsertionGuard guard(builder_);
    builder_.createBlock(&define.getBody());
    indices_ = static_cast<unsigned>(equation.free.size() + equation.reduced.size());
    known_.clear();
    YieldOp::create(builder_, location_, build(equation.body));
    return define.getResult();
  }

  // Nodes are shared within an expression: each is built once.
  mlir::Value build(const Expr& expr) {
    if (const mlir::Value known = known_.lookup(expr.get()))
      return known;
    return known_[expr.get()] = make(*expr);
  }

  mlir::AffineMapAttr map_of(llvm::ArrayRef<mlir::AffineExpr> exprs) {
    return mlir::AffineMapAttr::get(
        mlir::AffineMap::get(indices_, 0, exprs, builder_.getContext()));
  }

  mlir::Value make(const Node& node) {
    switch (node.kind) {
    case Node::Kind::constant: {
      const mlir::Attribute number =
          is_float(node.type) ? mlir::Attribute(builder_.getF64FloatAttr(node.constant))
                              : mlir::Attribute(builder_.getI64IntegerAttr(node.integer));
      return ConstantOp::create(builder_, location_, to_type(node.type), number);
    }
    case Node::Kind::index:
      return IndexOp::create(builder_, location_, builder_.getI64Type(),
                             map_of(to_affine(*builder_.getContext(), node.index)));
    case Node::Kind::read:
      return make_read(node);
    case Node::Kind::op: {
      const std::string_view kind = name_of(node.op);
      llvm::SmallVector<mlir::Value> args;
      for (const Expr& arg : node.args)
        args.push_back(build(arg));
      return ScalarCallOp::create(builder_, location_, to_type(node.type),
                                  llvm::StringRef(kind.data(), kind.size()), args);
    }
    case Node::Kind::cast:
      return ScalarCastOp::create(builder_, location_, to_type(node.type), build(node.args[0]));
    case Node::Kind::reduce:
      break;
    }
    llvm_unreachable("reductions are equations of their own in a definition");
  }

  mlir::Value make_read(const Node& node) {
    llvm::SmallVector<mlir::AffineExpr> exprs;
    llvm::SmallVector<llvm::StringRef> boundaries;
    llvm::SmallVector<mlir::Value> fills, places;
    llvm::SmallVector<int64_t> gathered; // dimensions
    bool guarded = false;
    for (const Subscript& subscript : node.subscripts) {
      exprs.push_back(to_affine(*builder_.getContext(), subscript.index));
      const std::string_view rule = name_of(subscript.boundary);
      boundaries.push_back(llvm::StringRef(rule.data(), rule.size()));
      guarded |= subscript.boundary != Boundary::none;
      if (subscript.boundary == Boundary::fill)
        fills.push_back(build(subscript.fill));
      if (subscript.computed) {
        gathered.push_back(static_cast<int64_t>(exprs.size()) - 1);
        places.push_back(build(subscript.computed));
      }
    }
    return ReadOp::create(builder_, location_, to_type(node.type),
                          tensors_[static_cast<size_t>(node.tensor)], map_of(exprs),
                          gathered.empty() ? nullptr : builder_.getDenseI64ArrayAttr(gathered),
                          places, guarded ? builder_.getStrArrayAttr(boundaries) : nullptr, fills);
  }

  mlir::OpBuilder& builder_;
  mlir::Location location_;
  const Definition& definition_;
  std::vector<mlir::Value> tensors_;
  llvm::DenseMap<const Node*, mlir::Value> known_; // of the equation being built
  unsigned indices_ = 0;
};

} // namespace

EquationOp build_equation(mlir::OpBuilder& builder, mlir::Location location,
                          const Definition& definition, mlir::ValueRange operands,
                          llvm::StringRef layer) {
  return EquationBuilder(builder, location, definition).build(operands, layer);
}

} // namespace fovea::ir
