#include "compiler/kernels/interleave.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <limits>

namespace fovea::kernels {
namespace {

ScalarOp operator_of(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::sum:
    return ScalarOp::add;
  case ReduceKind::product:
    return ScalarOp::mul;
  case ReduceKind::max:
    return ScalarOp::max;
  default:
    return ScalarOp::min;
  }
}

Expr neutral(ReduceKind kind, DType type) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Node node;
  node.type = type;
  node.constant = kind == ReduceKind::sum       ? 0
                  : kind == ReduceKind::product ? 1
                  : kind == ReduceKind::max     ? -infinity
                                                : infinity;
  return node_of(std::move(node));
}

// A reduction in parts, one new equation after another.
class Interleaver {
 public:
  Interleaver(Definition& definition, int e, int r, int64_t parts)
      : definition_(definition), whole_(definition.equations[static_cast<size_t>(e)]), at_(e),
        reduced_(r), parts_(parts), free_(static_cast<int>(whole_.free.size())) {}

  int run() {
    int tensor = put(parts());
    tensor = put(with_rest(tensor));
    for (int64_t half = parts_ / 2; half >= 2; half /= 2)
      tensor = put(folded(tensor, half));
    Equation& last = definition_.equations[static_cast<size_t>(at_)];
    last.body = operation(operator_of(*whole_.reduction), whole_.type,
                          {part(tensor, IndexExpr{0, {}}), part(tensor, IndexExpr{1, {}})});
    last.reduction.reset();
    last.reduced.clear();
    return at_;
  }

 private:
  // In front of the reduction itself; returns its tensor's number.
  int put(Equation equation) {
    insert_equation(definition_, at_, std::move(equation));
    return definition_.tensor_of_equation(at_++);
  }

  Equation with_lanes(const std::string& suffix, int64_t lanes) const {
    Equation equation = whole_;
    equation.name += suffix;
    equation.free.push_back({"lane", lanes});
    return equation;
  }

  IndexExpr lane() const { return IndexExpr::of(free_); }

  Expr part(int tensor, IndexExpr lane) const {
    std::vector<Subscript> at = own_subscripts(whole_);
    at.push_back({std::move(lane), Boundary::none, nullptr});
    return make_read(tensor, whole_.type, std::move(at));
  }

  // The reduced index that is split becomes `term`; others move up by the lane.
  std::vector<IndexExpr> indices(const IndexExpr& term, bool keeps_term) const {
    std::vector<IndexExpr> result;
    for (int k = 0; k < free_; ++k)
      result.push_back(IndexExpr::of(k));
    int next = free_ + 1;
    for (int r = 0; r < static_cast<int>(whole_.reduced.size()); ++r) {
      const bool split = r == reduced_;
      result.push_back(split ? term : IndexExpr::of(next));
      next += !split || keeps_term;
    }
    return result;
  }

  Equation parts() const {
    Equation equation = with_lanes("_parts", parts_);
    const IndexExpr outer = IndexExpr::of(free_ + 1 + reduced_);
    equation.reduced[static_cast<size_t>(reduced_)].extent /= parts_;
    equation.body = substitute(whole_.body, indices(outer * parts_ + lane(), true));
    return equation;
  }

  Equation with_rest(int tensor) {
    const int64_t terms = whole_.reduced[static_cast<size_t>(reduced_)].extent;
    const int64_t rest = terms % parts_;
    Equation equation = with_lanes("_all", parts_);
    equation.reduction.reset();
    equation.reduced.clear();
    if (rest == 0) {
      equation.body = part(tensor, lane());
      return equation;
    }
    Equation last = with_lanes("_rest", parts_);
    last.reduced.erase(last.reduced.begin() + reduced_);
    last.body = substitute(whole_.body, indices(lane() + IndexExpr{terms - parts_, {}}, false));
    if (last.reduced.empty())
      last.reduction.reset();
    const int rest_tensor = put(std::move(last));
    Node place, limit;
    place.kind = Node::Kind::index;
    place.type = limit.type = DType::i64;
    place.index = lane();
    limit.integer = parts_ - rest;
    const Expr counted = operation(ScalarOp::less, DType::boolean,
                                   {node_of(std::move(place)), node_of(std::move(limit))});
    const DType type = whole_.type;
    equation.body = operation(
        operator_of(*whole_.reduction), type,
        {part(tensor, lane()),
         operation(ScalarOp::select, type,
                   {counted, neutral(*whole_.reduction, type), part(rest_tensor, lane())})});
    return equation;
  }

  Equation folded(int tensor, int64_t half) const {
    Equation equation = with_lanes("_" + std::to_string(half), half);
    equation.reduction.reset();
    equation.reduced.clear();
    equation.body = operation(operator_of(*whole_.reduction), whole_.type,
                              {part(tensor, lane()), part(tensor, lane() + IndexExpr{half, {}})});
    return equation;
  }

  Definition& definition_;
  const Equation whole_;
  int at_;
  const int reduced_;
  const int64_t parts_;
  const int free_;
};

} // namespace

int64_t part_count(int64_t terms, int64_t lanes, int64_t most_vectors) {
  if (terms < 4)
    return 1;
  int64_t parts = 4;
  while (parts * 2 <= lanes && parts * 2 <= terms)
    parts *= 2;
  // An addition takes four cycles: worth it from four rounds on.
  while (parts >= lanes && parts * 2 <= most_vectors * lanes && parts * 8 <= terms)
    parts *= 2;
  return parts;
}

int interleave(Definition& definition, int e, int r, int64_t parts) {
  return Interleaver(definition, e, r, parts).run();
}

} // namespace fovea::kernels
