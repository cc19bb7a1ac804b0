#include "compiler/ir/views.hpp"

#include <utility>

namespace fovea::ir {
namespace {

// Rewrites `a mod n` as `a - n * floor(a / n)` and puts in the value of whatever can take only one
// while the indices stay in their ranges. What remains of two equal expressions cancels.
class Simplifier {
 public:
  explicit Simplifier(std::vector<Interval> intervals) : intervals_(std::move(intervals)) {}

  IndexExpr operator()(const IndexExpr& expr) const {
    IndexExpr sum{expr.constant, {}};
    for (const IndexTerm& term : expr.terms)
      sum = sum + fold(atom(term)) * term.coefficient;
    return sum;
  }

 private:
  IndexExpr atom(const IndexTerm& term) const {
    if (term.kind == IndexTerm::Kind::index)
      return IndexExpr::of(term.index);
    const IndexExpr inner = (*this)(*term.inner);
    const IndexExpr whole = fold(quotient(inner, term.divisor));
    return term.kind == IndexTerm::Kind::floor_div ? whole : inner - whole * term.divisor;
  }

  // floor(expr / divisor) in one form, however it was written: whole multiples of the divisor leave
  // each term, and floor((m + floor(x / p)) / divisor) = floor((m p + x) / (p divisor)).
  static IndexExpr quotient(const IndexExpr& expr, int64_t divisor) {
    if (divisor > largest)
      return floor_div(expr, divisor);
    IndexExpr whole, rest;
    const auto add = [&](const IndexExpr& one, int64_t coefficient) {
      const int64_t remainder = (coefficient % divisor + divisor) % divisor;
      whole = whole + one * (coefficient / divisor - (coefficient % divisor < 0 ? 1 : 0));
      rest = rest + one * remainder;
    };
    add({1, {}}, expr.constant);
    for (const IndexTerm& term : expr.terms)
      add({0, {with_coefficient(term, 1)}}, term.coefficient);
    for (const IndexTerm& term : rest.terms) {
      int64_t product = 0;
      if (term.kind == IndexTerm::Kind::floor_div && term.coefficient == 1 &&
          !__builtin_mul_overflow(term.divisor, divisor, &product) && product <= largest)
        return whole +
               quotient((rest - IndexExpr{0, {term}}) * term.divisor + *term.inner, product);
    }
    return whole + floor_div(rest, divisor);
  }

  static IndexTerm with_coefficient(IndexTerm term, int64_t coefficient) {
    term.coefficient = coefficient;
    return term;
  }

  // Of a divisor: so that coefficients below it can be multiplied by another.
  static constexpr int64_t largest = INT64_C(1) << 31;

  IndexExpr fold(IndexExpr expr) const {
    const Interval range = range_of(expr, intervals_);
    return range.low == range.high ? IndexExpr{range.low, {}} : expr;
  }

  std::vector<Interval> intervals_;
};

} // namespace

bool is_row_major_view(const Definition& definition) {
  if (definition.operands.size() != 1 || definition.equations.size() != 1 ||
      definition.results != std::vector<int>{0})
    return false;
  const Equation& equation = definition.equations[0];
  const TensorType& operand = definition.operands[0].type;
  const Node& body = *equation.body;
  if (equation.reduction || body.kind != Node::Kind::read || body.tensor != 0 ||
      equation.type != operand.dtype || equation.shape().elements() != operand.shape.elements())
    return false;

  // Element number of what is written minus that of what is read: zero, everywhere?
  IndexExpr difference;
  std::vector<Interval> intervals;
  const Shape written = row_major_strides(equation.shape());
  for (int k = 0; k < written.rank(); ++k) {
    difference = difference + IndexExpr::of(k) * written[k];
    intervals.push_back({0, equation.shape()[k] - 1});
  }
  const Shape read = row_major_strides(operand.shape);
  for (int k = 0; k < read.rank(); ++k) {
    const Subscript& subscript = body.subscripts[static_cast<size_t>(k)];
    if (subscript.boundary != Boundary::none)
      return false;
    difference = difference - subscript.index * read[k];
  }
  const IndexExpr rest = Simplifier(std::move(intervals))(difference);
  return rest.is_constant() && rest.constant == 0;
}

bool is_identity(const Definition& definition) {
  return is_row_major_view(definition) &&
         definition.equations[0].shape() == definition.operands[0].type.shape;
}

} // namespace fovea::ir
