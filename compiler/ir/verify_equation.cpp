#include "compiler/ir/index_map.hpp"
#include "compiler/ir/op_bridge.hpp"
#include "compiler/ir/ops.hpp"
#include "compiler/ir/verify_region.hpp"

#include <llvm/ADT/STLExtras.h>

namespace fovea::ir {

// ---- equation ----------------------------------------------------------------------------------

Definition EquationOp::definition() {
  return definition_of(*this);
}
llvm::StringRef EquationOp::struct_name() {
  return "equation";
}

// Of the kinds that attributes of layers have; the name is the definition's.
static llvm::LogicalResult verify_stated(EquationOp op, mlir::NamedAttribute stated) {
  const llvm::StringRef name = stated.getName().getValue();
  if (name.empty() || name == "name")
    return op.emitOpError() << "expects attributes by names other than \"\" and \"name\", got \""
                            << name << "\"";
  const std::optional<AttributeValue> value = from_mlir(stated.getValue());
  if (!value)
    return op.emitOpError() << "expects attribute '" << name
                            << "' to be a bool, i64, f64, string or array<i64>, got "
                            << stated.getValue();
  const auto* list = std::get_if<std::vector<int64_t>>(&*value);
  if (list && list->size() > static_cast<size_t>(max_rank))
    return op.emitOpError() << "expects at most " << max_rank << " numbers in attribute '" << name
                            << "', got " << list->size();
  return mlir::success();
}

llvm::LogicalResult EquationOp::verify() {
  if (getOperandNames().size() != getInputs().size())
    return emitOpError() << "expects " << getInputs().size() << " operand names, got "
                         << getOperandNames().size();
  if (const std::optional<mlir::DictionaryAttr> all = getStated())
    for (const mlir::NamedAttribute stated : *all)
      if (mlir::failed(verify_stated(*this, stated)))
        return mlir::failure();
  return mlir::success();
}

llvm::LogicalResult EquationOp::verifyRegions() {
  if (mlir::failed(verify_region(*this, getInputs().getTypes(), getResultTypes())))
    return mlir::failure();
  for (mlir::Operation& op : getBody().front().without_terminator())
    if (!llvm::isa<DefineOp>(op))
      return op.emitOpError() << "expects not to stand in fovea.equation, which holds "
                                 "fovea.define only";
  for (mlir::Value value : getBody().front().getTerminator()->getOperands())
    if (!value.getDefiningOp())
      return emitOpError() << "expects to yield results of fovea.define, got an operand";
  return mlir::success();
}

// ---- define ------------------------------------------------------------------------------------

unsigned DefineOp::index_count() {
  return static_cast<unsigned>(getFreeExtents().size() +
                               (getReducedExtents() ? getReducedExtents()->size() : 0));
}

std::vector<Interval> DefineOp::index_intervals() {
  std::vector<Interval> intervals;
  for (int64_t extent : getFreeExtents())
    intervals.push_back({0, extent - 1});
  if (const auto extents = getReducedExtents())
    for (int64_t extent : *extents)
      intervals.push_back({0, extent - 1});
  return intervals;
}

llvm::LogicalResult DefineOp::verify() {
  if (getFreeNames().size() != getFreeExtents().size())
    return emitOpError() << "expects a name for each of its " << getFreeExtents().size()
                         << " free indices, got " << getFreeNames().size();
  if (getType().getShape() != getFreeExtents())
    return emitOpError() << "expects a result of shape [" << getFreeExtents() << "], got "
                         << getType();
  if (!getReduction()) {
    if (getReducedNames() || getReducedExtents() || getAccumulator())
      return emitOpError() << "expects reduced indices and an accumulator only with a reduction";
    return mlir::success();
  }
  if (!reduce_kind_of(*getReduction()))
    return emitOpError() << "expects a reduction of sum, product, max or min, got "
                         << *getReduction();
  if (!getReducedNames() || !getReducedExtents() ||
      getReducedNames()->size() != getReducedExtents()->size())
    return emitOpError() << "expects a name and an extent for each reduced index";
  const auto reduced_extents = getReducedExtents(); // keeps alive what the loop goes through
  for (int64_t extent : *reduced_extents)
    if (extent < 1)
      return emitOpError() << "expects reduced extents >= 1, got " << extent;
  if (!getAccumulator() || !is_scalar(*getAccumulator()))
    return emitOpError() << "expects an accumulator of an element type, got "
                         << getAccumulatorAttr();
  return mlir::success();
}

llvm::LogicalResult DefineOp::verifyRegions() {
  mlir::Block& block = getBody().front();
  for (mlir::Operation& op : block.without_terminator())
    if (!llvm::isa<ReadOp, IndexOp, ConstantOp, ScalarCastOp, ScalarCallOp>(op))
      return op.emitOpError() << "expects not to stand in fovea.define, which holds read, index, "
                                 "constant, scalar_cast and scalar only";
  auto yield = llvm::dyn_cast<YieldOp>(block.back());
  if (!yield || yield->getNumOperands() != 1)
    return emitOpError() << "expects its region to end in fovea.yield of one value";
  if (yield->getOperand(0).getType() != getType().getElementType())
    return emitOpError() << "expects to yield " << getType().getElementType() << ", got "
                         << yield->getOperand(0).getType();
  return mlir::success();
}

// ---- scalar expressions ------------------------------------------------------------------------

namespace {

template <class T>
std::string printed(const T& value) {
  std::string text;
  llvm::raw_string_ostream(text) << value;
  return text;
}

llvm::LogicalResult verify_map(mlir::Operation* op, mlir::AffineMap map, size_t results) {
  auto define = llvm::cast<DefineOp>(op->getParentOp());
  if (map.getNumDims() != define.index_count() || map.getNumSymbols() != 0)
    return op->emitOpError() << "expects a map of " << define.index_count()
                             << " indices and no symbols, got " << printed(map);
  if (map.getNumResults() != results)
    return op->emitOpError() << "expects " << results << " subscripts, got " << map.getNumResults();
  for (mlir::AffineExpr expr : map.getResults())
    if (!from_affine(expr))
      return op->emitOpError() << "expects sums of indices times constants, floordiv and mod by "
                                  "constants >= 1, got "
                               << printed(expr);
  return mlir::success();
}

} // namespace

llvm::LogicalResult IndexOp::verify() {
  return verify_map(*this, getMap(), 1);
}

static llvm::LogicalResult verify_gather(ReadOp read, llvm::ArrayRef<Boundary> rules) {
  const llvm::ArrayRef<int64_t> dimensions = read.getGathered().value_or(llvm::ArrayRef<int64_t>());
  if (dimensions.size() != read.getPlaces().size())
    return read.emitOpError() << "expects a place for each of " << dimensions.size()
                              << " gathered dimensions, got " << read.getPlaces().size();
  int64_t first = 0; // each once, in order
  for (auto [dimension, place] : llvm::zip(dimensions, read.getPlaces())) {
    if (dimension < first || dimension >= static_cast<int64_t>(rules.size()))
      return read.emitOpError() << "expects ascending gathered dimensions below " << rules.size()
                                << ", got [" << dimensions << "]";
    first = dimension + 1;
    const unsigned d = static_cast<unsigned>(dimension);
    if (!is_integer(*dtype_of(place.getType())))
      return read.emitOpError() << "expects an integer as the place in dimension " << d << ", got "
                                << place.getType();
    const auto index = llvm::dyn_cast<mlir::AffineConstantExpr>(read.getMap().getResult(d));
    if (!index || index.getValue() != 0)
      return read.emitOpError() << "expects subscript 0 in the map for gathered dimension " << d
                                << ", got " << printed(read.getMap().getResult(d));
    if (rules[d] == Boundary::none)
      return read.emitOpError() << "expects a boundary rule for gathered dimension " << d;
  }
  return mlir::success();
}

llvm::LogicalResult ReadOp::verify() {
  const auto type = llvm::cast<mlir::RankedTensorType>(getTensor().getType());
  const size_t rank = static_cast<size_t>(type.getRank());
  if (mlir::failed(verify_map(*this, getMap(), rank)))
    return mlir::failure();
  std::vector<Boundary> rules(rank, Boundary::none);
  if (const std::optional<mlir::ArrayAttr> names = getBoundaries()) {
    if (names->size() != rank)
      return emitOpError() << "expects " << rank << " boundary rules, got " << names->size();
    for (auto [rule, name] : llvm::zip(rules, names->getAsRange<mlir::StringAttr>())) {
      const std::optional<Boundary> known = boundary_of(name.getValue());
      if (!known)
        return emitOpError() << "expects boundary rules none, fill, clamp, reflect or wrap, got "
                             << name;
      rule = *known;
    }
  }
  if (const auto fills = llvm::count(rules, Boundary::fill);
      static_cast<size_t>(fills) != getFills().size())
    return emitOpError() << "expects " << fills << " fill values, got " << getFills().size();
  for (mlir::Value fill : getFills())
    if (fill.getType() != type.getElementType())
      return emitOpError() << "expects fill values of " << type.getElementType() << ", got "
                           << fill.getType();

  if (mlir::failed(verify_gather(*this, rules)))
    return mlir::failure();

  // Nothing reads outside a tensor: what has no boundary rule must stay inside by its ranges.
  const std::vector<Interval> intervals =
      llvm::cast<DefineOp>((*this)->getParentOp()).index_intervals();
  for (size_t k = 0; k < rank; ++k) {
    const int64_t extent = type.getDimSize(static_cast<unsigned>(k));
    const Interval range =
        range_of(*from_affine(getMap().getResult(static_cast<unsigned>(k))), intervals);
    if (rules[k] == Boundary::none && (range.low < 0 || range.high >= extent))
      return emitOpError() << "expects subscript " << k << " within 0 to " << extent - 1 << ", got "
                           << range.low << " to " << range.high;
  }
  return mlir::success();
}

llvm::LogicalResult ConstantOp::verify() {
  const bool is_real = llvm::isa<mlir::FloatAttr>(getNumber());
  if (is_real != is_float(*dtype_of(getType())))
    return emitOpError() << "expects " << (is_real ? "a float type" : "an integer type")
                         << " for this number, got " << getType();
  return mlir::success();
}

llvm::LogicalResult ScalarCallOp::verify() {
  const std::optional<ScalarOp> op = scalar_op_of(getKind());
  if (!op)
    return emitOpError() << "expects a scalar operation such as add, max or exp, got " << getKind();
  const int count = operand_count(*op);
  if (getArgs().size() != static_cast<size_t>(count))
    return emitOpError() << "'" << getKind() << "' expects " << count << " operands, got "
                         << getArgs().size();

  const mlir::Type boolean = mlir::IntegerType::get(getContext(), 1);
  const bool is_select = *op == ScalarOp::select;
  const bool is_logical = *op >= ScalarOp::logical_and && *op <= ScalarOp::logical_not;
  const bool is_relation = is_comparison(*op);
  if (is_select && getArgs()[0].getType() != boolean)
    return emitOpError() << "'select' expects a condition of i1, got " << getArgs()[0].getType();
  const mlir::Type operand = is_logical ? boolean : getArgs()[is_select ? 1 : 0].getType();
  for (mlir::Value arg : getArgs().drop_front(is_select ? 1 : 0))
    if (arg.getType() != operand)
      return emitOpError() << "'" << getKind() << "' expects operands of " << operand << ", got "
                           << arg.getType();
  if (const mlir::Type wanted = is_relation ? boolean : operand; getType() != wanted)
    return emitOpError() << "'" << getKind() << "' expects a result of " << wanted << ", got "
                         << getType();
  return mlir::success();
}

} // namespace fovea::ir
