#include "compiler/ir/ranges.hpp"

#include <algorithm>

namespace fovea::ir {
namespace {

// Goes down a tree of selections by index to the reads at its leaves, with the part of the result
// that each leaf is.
class RangeFinder {
 public:
  explicit RangeFinder(const Definition& definition)
      : definition_(definition), shape_(definition.equations[0].shape()) {}

  std::optional<CopiedRanges> find() {
    std::vector<Interval> all;
    for (int d = 0; d < shape_.rank(); ++d)
      all.push_back({0, shape_[d] - 1});
    if (!visit(definition_.equations[0].body, all) || axis_ < 0)
      return std::nullopt;
    return CopiedRanges{axis_, std::move(ranges_)};
  }

 private:
  bool visit(const Expr& body, const std::vector<Interval>& where) {
    if (body->kind == Node::Kind::read)
      return add(*body, where);
    if (body->kind != Node::Kind::op || body->op != ScalarOp::select)
      return false;
    const Node& condition = *body->args[0];
    if (condition.kind != Node::Kind::op || condition.op != ScalarOp::less)
      return false;
    const Node &index = *condition.args[0], &bound = *condition.args[1];
    if (index.kind != Node::Kind::index || bound.kind != Node::Kind::constant ||
        is_float(bound.type))
      return false;
    for (int d = 0; d < shape_.rank(); ++d)
      if (index.index.is_index(d))
        return visit_halves(*body, where, d, bound.integer);
    return false;
  }

  bool visit_halves(const Node& select, const std::vector<Interval>& where, int d, int64_t bound) {
    const auto visit_half = [&](const Expr& half, Interval limits) {
      std::vector<Interval> part = where;
      Interval& own = part[static_cast<size_t>(d)];
      own = {std::max(own.low, limits.low), std::min(own.high, limits.high)};
      return own.low > own.high || visit(half, part); // nothing of the result: nothing to say
    };
    return moves_along(d) && visit_half(select.args[1], {0, bound - 1}) &&
           visit_half(select.args[2], {bound, shape_[d] - 1});
  }

  bool add(const Node& read, const std::vector<Interval>& where) {
    if (read.tensor >= static_cast<int>(definition_.operands.size()) || is_gather(read))
      return false;
    const Shape& operand = definition_.operands[static_cast<size_t>(read.tensor)].type.shape;
    if (operand.rank() != shape_.rank())
      return false;
    std::vector<int64_t> moved;
    for (int d = 0; d < shape_.rank(); ++d) {
      const size_t k = static_cast<size_t>(d);
      const Interval by = range_of(read.subscripts[k].index - IndexExpr::of(d), where);
      const bool inside = where[k].low + by.low >= 0 && where[k].high + by.high < operand[d];
      if (by.low != by.high || !inside) // inside, no boundary rule has a say
        return false;
      moved.push_back(by.low);
      if ((by.low != 0 || operand[d] != shape_[d]) && !moves_along(d))
        return false;
    }
    if (axis_ < 0)
      return true; // a copy so far
    const Interval& own = where[static_cast<size_t>(axis_)];
    ranges_.push_back({read.tensor, own.low + moved[static_cast<size_t>(axis_)], own.low,
                       own.high - own.low + 1});
    return true;
  }

  // The one dimension along which ranges are apart.
  bool moves_along(int d) {
    if (axis_ < 0)
      axis_ = d;
    return axis_ == d;
  }

  const Definition& definition_;
  const Shape shape_;
  int axis_ = -1;
  std::vector<CopiedRange> ranges_;
};

} // namespace

std::optional<CopiedRanges> copied_ranges(const Definition& definition) {
  if (definition.equations.size() != 1 || definition.results != std::vector<int>{0} ||
      definition.equations[0].reduction)
    return std::nullopt;
  return RangeFinder(definition).find();
}

bool joins_operands(const Definition& definition, const CopiedRanges& ranges) {
  return std::all_of(ranges.ranges.begin(), ranges.ranges.end(), [&](const CopiedRange& range) {
    const Shape& shape = definition.operands[static_cast<size_t>(range.operand)].type.shape;
    return range.from == 0 && range.extent == shape[ranges.axis];
  });
}

std::optional<StoredRange> stored_range(const Shape& shape, const catalogue::Layout& layout,
                                        int axis, int64_t begin, int64_t extent) {
  for (int d = 0; d < axis; ++d)
    if (shape[d] != 1)
      return std::nullopt;
  const int64_t block = layout.axis == axis ? layout.block : 1;
  if (begin % block != 0 || (extent % block != 0 && begin + extent != shape[axis]))
    return std::nullopt;
  const Shape stored = catalogue::stored_type({DType::u8, shape}, layout).shape;
  int64_t inner = 1; // elements of one step along the axis
  for (int d = axis + 1; d < stored.rank(); ++d)
    inner *= stored[d];
  return StoredRange{begin / block * inner, (extent + block - 1) / block * inner};
}

} // namespace fovea::ir
