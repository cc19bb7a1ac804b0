#include "compiler/kernels/body_lowering.hpp"

#include "compiler/kernels/contracted_terms.hpp"
#include "compiler/kernels/expressions.hpp"
#include "compiler/kernels/math.hpp"
#include "compiler/kernels/reads.hpp"

#include <fovea/error.hpp>

#include <algorithm>

namespace fovea::kernels {
namespace {

using Scalar = BodyLowering::Scalar;

// Every partial sum of an index expression must fit, in whatever order Halide adds.
int64_t magnitude(const IndexExpr& expr, const std::vector<Interval>& intervals) {
  const auto clipped = [](int64_t a) { return std::min(a < 0 ? -(a + 1) + 1 : a, int32_max + 1); };
  int64_t total = clipped(expr.constant);
  for (const IndexTerm& term : expr.terms) {
    IndexExpr atom{0, {term}};
    const Interval range = range_of(atom, intervals);
    total += clipped(range.low) + clipped(range.high);
    if (term.inner)
      total += magnitude(*term.inner, intervals);
  }
  return std::min(total, int32_max + 1);
}

} // namespace

void refuse(const std::string& what, const std::string& expected, const std::string& got,
            const std::string& hint) {
  throw Error({.what = what, .expected = expected, .got = got, .hint = hint});
}

BodyLowering::BodyLowering(const Definition& stages, const Realisation& realisation,
                           const Equation& equation, std::vector<Scalar> indices,
                           const LoweringRules& rules, const NarrowStages& narrow)
    : stages_(stages), realisation_(realisation), equation_(equation), indices_(std::move(indices)),
      intervals_(intervals_of(equation)), rules_(rules), narrow_(narrow) {}

Scalar BodyLowering::value(const Expr& expr) {
  if (const auto known = known_.find(expr.get()); known != known_.end())
    return known->second;
  const Scalar result = narrow_.integer_behind(number(), *expr)
                            ? Halide::cast(compute_type(expr->type), integer(expr))
                            : compute(*expr);
  known_.emplace(expr.get(), result);
  return result;
}

Scalar BodyLowering::value_as(const Expr& expr, DType type) {
  return convert_value(value(expr), expr->type, type);
}

Scalar BodyLowering::selected(const std::vector<Expr>& elements) {
  is_selection_ = true;
  const Scalar choice = value(equation_.body);
  Scalar any_nan;
  for (const Expr& element : elements) {
    const Scalar is_nan = strict_is_nan(value(element));
    any_nan = any_nan.defined() ? any_nan || is_nan : is_nan;
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return elements.empty()
             ? choice
             : Halide::select(any_nan, Halide::Internal::make_const(choice.type(), nan), choice);
}

Scalar BodyLowering::compute(const Node& node) {
  switch (node.kind) {
  case Node::Kind::constant:
    return constant_value(node);
  case Node::Kind::index:
    return convert_value(Halide::cast<int64_t>(index(node.index)), DType::i64, node.type);
  case Node::Kind::read:
    return read(node);
  case Node::Kind::cast:
    return value_as(node.args[0], node.type);
  case Node::Kind::op:
    return operation(node);
  default:
    refuse("equation '" + equation_.name + "' holds a reduction within its body",
           "a canonical definition", "a nested reduction");
  }
}

Scalar BodyLowering::operation(const Node& node) {
  std::vector<Scalar> args;
  if (node.op == ScalarOp::select) {
    args.push_back(value_as(node.args[0], DType::boolean));
    ++under_select_; // only the branch that is taken counts: the other may be outside
    args.push_back(value_as(node.args[1], node.type));
    args.push_back(value_as(node.args[2], node.type));
    --under_select_;
    if (node.args[2]->kind == Node::Kind::constant)
      args[2] = hidden(args[2]);
    return apply_op(node.op, node.type, args);
  }
  const DType type = argument_type(node);
  if (is_comparison(node.op) && narrow_.integer(number(), *node.args[0]) &&
      narrow_.integer(number(), *node.args[1]))
    return integer_comparison(node.op, bounded(node.args[0]), bounded(node.args[1]));
  for (const Expr& arg : node.args)
    args.push_back(value_as(arg, type));
  if (is_selection_)
    return chosen(node.op == ScalarOp::max, args[0], args[1]);
  return apply_op(node.op, type, args);
}

// --- integers --------------------------------------------------------------------------------

Scalar BodyLowering::integer(const Expr& expr) {
  if (const auto known = known_integers_.find(expr.get()); known != known_integers_.end())
    return known->second;
  const IntegerValue& value = *narrow_.integer(number(), *expr);
  const Scalar result = value.from == IntegerValue::From::itself
                            ? Halide::cast(type_of(value.range), this->value(expr))
                            : integer_of(*expr, value);
  known_integers_.emplace(expr.get(), result);
  return result;
}

BoundedInteger BodyLowering::bounded(const Expr& expr) {
  return {integer(expr), narrow_.integer(number(), *expr)->range};
}

Scalar BodyLowering::integer_of(const Node& node, const IntegerValue& value) {
  const Halide::Type type = type_of(value.range);
  if (value.from == IntegerValue::From::quotient)
    return quotient_of(value.form, integer(value.argument), value.range);
  switch (node.kind) {
  case Node::Kind::constant:
    return Halide::Internal::make_const(type, value.range.low);
  case Node::Kind::index:
    return Halide::cast(type, index(node.index));
  case Node::Kind::read:
    return read_as(
        node, [&](const Scalar& stored) { return Halide::cast(type, stored); },
        [&](const Expr& fill) { return Halide::cast(type, value_as(fill, DType::i64)); });
  case Node::Kind::cast:
    return node.args[0]->type == DType::boolean
               ? Halide::cast(type, this->value(node.args[0]))
               : Halide::cast(type, saturated(bounded(node.args[0]), value.range));
  default:
    break;
  }
  if (node.op == ScalarOp::select) {
    const Scalar condition = value_as(node.args[0], DType::boolean);
    ++under_select_;
    const Scalar then = Halide::cast(type, integer(node.args[1]));
    const Scalar otherwise = Halide::cast(type, integer(node.args[2]));
    --under_select_;
    return Halide::select(condition, then, otherwise);
  }
  std::vector<BoundedInteger> args;
  for (const Expr& arg : node.args)
    args.push_back(bounded(arg));
  return integer_operation(node.op, value.range, args);
}

// --- indices and reads -----------------------------------------------------------------------

// Halide's / and % are floor and remainder for positive divisors.
Scalar BodyLowering::index(const IndexExpr& expr) {
  if (magnitude(expr, intervals_) > int32_max)
    refuse("int32 overflow: an index of equation '" + equation_.name + "' is too large",
           "at most 2^31 - 1", "more");
  Scalar sum;
  for (const IndexTerm& term : expr.terms) {
    Scalar atom = term.kind == IndexTerm::Kind::index ? indices_[static_cast<size_t>(term.index)]
                  : term.kind == IndexTerm::Kind::floor_div
                      ? index(*term.inner) / static_cast<int>(term.divisor)
                      : index(*term.inner) % static_cast<int>(term.divisor);
    if (term.coefficient != 1)
      atom = atom * static_cast<int>(term.coefficient);
    sum = sum.defined() ? sum + atom : atom;
  }
  const int constant = static_cast<int>(expr.constant);
  if (!sum.defined())
    return Scalar(constant);
  return constant ? sum + constant : sum;
}

Scalar BodyLowering::read(const Node& node) {
  const DType type = stages_.type_of(node.tensor).dtype;
  return read_as(
      node,
      [&](const Scalar& stored) {
        const bool is_narrow = stored.type() != storage_type(type);
        return convert_value(is_narrow ? Halide::cast(compute_type(type), stored)
                                       : load_value(stored, type),
                             type, node.type);
      },
      [&](const Expr& fill) { return hidden(value_as(fill, node.type)); });
}

Scalar BodyLowering::read_as(const Node& node,
                             const std::function<Scalar(const Scalar& stored)>& load,
                             const std::function<Scalar(const Expr& fill)>& fill) {
  const TensorType type = stages_.type_of(node.tensor);
  std::vector<Scalar> at;
  std::vector<std::pair<Scalar, Expr>> fills; // condition, value outside
  for (size_t d = 0; d < node.subscripts.size(); ++d) {
    const Subscript& subscript = node.subscripts[d];
    const int64_t extent = type.shape[static_cast<int>(d)];
    const Interval range = range_of(subscript, intervals_);
    Scalar i = subscript.computed ? computed(subscript.computed) : index(subscript.index);
    if (range.low < 0 || range.high >= extent)
      i = guarded(subscript, i, range, static_cast<int>(extent), fills);
    at.push_back(Halide::cast<int>(i));
  }
  std::reverse(at.begin(), at.end());
  const size_t tensor = static_cast<size_t>(node.tensor), operands = stages_.operands.size();
  Scalar stored;
  if (tensor < operands)
    stored = realisation_.operands[tensor](at);
  else
    stored = realisation_.stages.find(stages_.equations[tensor - operands].name).func(at);
  if (tensor >= operands && is_contracted(tensor - operands) && !is_contracted(number()))
    stored = without_flags(stored);
  Scalar result = load(stored);
  for (auto outside = fills.rbegin(); outside != fills.rend(); ++outside) // the outermost rule wins
    result = Halide::select(outside->first, likely(result), fill(outside->second));
  return result;
}

Scalar BodyLowering::computed(const Expr& expr) {
  Scalar place = value(expr);
  if (expr->type != DType::i64)
    place = Halide::cast<int>(place);
  return moves(expr) ? place : without_bounds(place);
}

bool BodyLowering::moves(const Expr& expr) const {
  bool found = false;
  for_each_index(expr,
                 [&](int index) { found |= intervals_[static_cast<size_t>(index)].high > 0; });
  return found;
}

Scalar BodyLowering::guarded(const Subscript& subscript, const Scalar& i, const Interval& range,
                             int extent, std::vector<std::pair<Scalar, Expr>>& fills) {
  const Scalar last = Scalar(extent - 1);
  const auto clamped = [&](const Scalar& x) { return Halide::clamp(x, 0, last); };
  // Inside, where most reads are, the element itself: Halide makes a loop of its own of them.
  const Scalar is_inside = i >= 0 && i <= last;
  const Scalar inside = likely(clamped(likely(i)));
  if (extent == 0 && subscript.boundary != Boundary::fill)
    refuse("equation '" + equation_.name + "' reads a tensor without elements", "elements", "none");
  switch (subscript.boundary) {
  case Boundary::clamp:
    return clamped(likely(i));
  case Boundary::wrap:
    return Halide::select(is_inside, inside, i % extent);
  case Boundary::reflect: {
    // Not a period further: by minima and maxima, of which Halide makes loops without them inside,
    // in several dimensions too.
    if (reflects_once(range, extent)) {
      const Scalar below = Halide::max(likely(i), -i);
      const Scalar above = Halide::min(likely(below), 2 * last - below);
      // The same, as it is not negative. Read twice it has a name in Halide's statement, as `below`
      // has, and only of what has one Halide makes loops where the other border is not in reach.
      const Scalar named =
          rules_.borders == Borders::own_loops ? Halide::max(likely(above), -above) : above;
      return Halide::clamp(likely(named), 0, last);
    }
    const int period = std::max(2 * (extent - 1), 1);
    const Scalar place = i % period;
    return Halide::select(is_inside, inside, clamped(Halide::min(place, period - place)));
  }
  case Boundary::fill:
    fills.emplace_back(is_inside, subscript.fill);
    return Halide::clamp(likely(i), 0, std::max(extent - 1, 0));
  default:
    break;
  }
  // Intervals are exact for sums of indices; floors and remainders may be inside all the same.
  const bool exact =
      std::all_of(subscript.index.terms.begin(), subscript.index.terms.end(),
                  [](const IndexTerm& term) { return term.kind == IndexTerm::Kind::index; });
  if (exact && !under_select_)
    refuse("equation '" + equation_.name + "' of '" + stages_.name + "' reads outside a tensor",
           "indices in 0.." + std::to_string(extent - 1),
           std::to_string(range.low) + ".." + std::to_string(range.high),
           "give the read a boundary rule: zero, fill, clamp, reflect or wrap");
  return clamped(i);
}

// For values. A select whose condition alone is marked may lose the mark: loops of depthwise
// convolutions in blocks were not divided.
Scalar BodyLowering::likely(const Scalar& value) const {
  return rules_.borders == Borders::own_loops ? Halide::likely(value) : value;
}

Scalar BodyLowering::hidden(const Scalar& constant) const {
  return constant.type().is_float() && has_flags() ? without_flags(constant) : constant;
}

bool BodyLowering::has_flags() const {
  if (rules_.arithmetic == SumArithmetic::contracted)
    return true;
  for (size_t e = 0; e < stages_.equations.size(); ++e)
    if (is_contracted(e))
      return true;
  return false;
}
bool BodyLowering::is_contracted(size_t equation) const {
  return !narrow_.kept(equation) &&
         are_terms_contracted(stages_, stages_.equations[equation], rules_.arithmetic);
}

} // namespace fovea::kernels
