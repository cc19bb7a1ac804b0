#include "compiler/kernels/integer_ranges.hpp"

#include "compiler/kernels/indices.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace fovea::kernels {
namespace {

using From = IntegerValue::From;
using Range = std::optional<IntegerRange>;

constexpr int64_t most_tried = 65536; // values of what a rounding is computed from
constexpr int64_t largest = int64_t{1} << 53;

// All integers in it a type holds, and computes with, exactly.
IntegerRange exact_in(DType type) {
  switch (type) {
  case DType::f16:
    return {-(1 << 11), 1 << 11};
  case DType::bf16:
    return {-(1 << 8), 1 << 8};
  case DType::f32:
    return {-(1 << 24), 1 << 24};
  case DType::u8:
    return {0, 255};
  case DType::i8:
    return {-128, 127};
  case DType::i32:
    return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
  case DType::boolean:
    return {0, 1};
  default:
    return {-largest, largest};
  }
}

bool holds(const IntegerRange& outer, const IntegerRange& inner) {
  return outer.low <= inner.low && inner.high <= outer.high;
}
bool holds_zero(const IntegerRange& range) {
  return range.low <= 0 && range.high >= 0;
}
int64_t magnitude(const IntegerRange& range) {
  return std::max(std::abs(range.low), std::abs(range.high));
}

IntegerRange both(const IntegerRange& a, const IntegerRange& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high), a.negative_zero || b.negative_zero};
}

Range product(const IntegerRange& a, const IntegerRange& b) {
  constexpr int64_t most = int64_t{1} << 31;
  if (magnitude(a) > most || magnitude(b) > most)
    return std::nullopt;
  const auto [low, high] =
      std::minmax({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
  const auto is_zero_with_sign = [](const IntegerRange& zero, const IntegerRange& other) {
    return holds_zero(zero) && (other.low < 0 || other.negative_zero || zero.negative_zero);
  };
  return IntegerRange{low, high, is_zero_with_sign(a, b) || is_zero_with_sign(b, a)};
}

Range result_of(ScalarOp op, const std::vector<IntegerRange>& args) {
  const IntegerRange& a = args[0];
  const IntegerRange& b = args.back();
  switch (op) {
  case ScalarOp::add:
    return IntegerRange{a.low + b.low, a.high + b.high, a.negative_zero && b.negative_zero};
  case ScalarOp::sub:
    return IntegerRange{a.low - b.high, a.high - b.low, a.negative_zero && holds_zero(b)};
  case ScalarOp::mul:
    return product(a, b);
  case ScalarOp::neg:
    return IntegerRange{-a.high, -a.low, holds_zero(a)};
  case ScalarOp::abs:
    return IntegerRange{holds_zero(a) ? 0 : std::min(std::abs(a.low), std::abs(a.high)),
                        magnitude(a)};
  case ScalarOp::max:
    return IntegerRange{std::max(a.low, b.low), std::max(a.high, b.high),
                        a.negative_zero || b.negative_zero};
  case ScalarOp::min:
    return IntegerRange{std::min(a.low, b.low), std::min(a.high, b.high),
                        a.negative_zero || b.negative_zero};
  case ScalarOp::floor:
  case ScalarOp::ceil:
  case ScalarOp::round:
    return a;
  case ScalarOp::select:
    return both(args[1], args[2]);
  default:
    return std::nullopt;
  }
}

// Of all terms, and of some.
Range reduced(const Equation& equation, const IntegerRange& term) {
  int64_t terms = 1;
  for (const IndexRange& range : equation.reduced)
    terms = std::min(terms * range.extent, largest);
  switch (*equation.reduction) {
  case ReduceKind::sum:
    if (terms > largest / std::max<int64_t>(magnitude(term), 1))
      return std::nullopt;
    return IntegerRange{std::min<int64_t>(term.low, 0) * terms,
                        std::max<int64_t>(term.high, 0) * terms};
  case ReduceKind::max:
  case ReduceKind::min:
    return terms > 0 ? Range(term) : std::nullopt;
  default:
    return std::nullopt;
  }
}

} // namespace

class IntegerFinder {
 public:
  IntegerFinder(const Definition& stages, IntegerRanges& result)
      : stages_(stages), result_(result) {}

  void run() {
    for (size_t e = 0; e < stages_.equations.size(); ++e) {
      const Equation& equation = stages_.equations[e];
      intervals_ = intervals_of(equation);
      seen_.clear();
      result_.values_.emplace_back();
      const IntegerValue* body = find(equation.body);
      Range elements = body ? Range(body->range) : std::nullopt;
      if (elements && equation.reduction)
        elements = reduced(equation, *elements);
      if (elements && !holds(exact_in(equation.type), *elements))
        elements.reset();
      result_.elements_.push_back(elements);
    }
  }

 private:
  const IntegerValue* find(const Expr& expr) {
    auto& values = result_.values_.back();
    if (!seen_.insert(expr.get()).second) {
      const auto known = values.find(expr.get());
      return known == values.end() ? nullptr : &known->second;
    }
    for (const Expr& arg : expr->args)
      find(arg);
    std::optional<IntegerValue> value = value_of(*expr);
    if (value && is_integer(expr->type))
      value->range.negative_zero = false;
    if (!value || !holds(exact_in(expr->type), value->range)) {
      if (expr->type != DType::u8 && expr->type != DType::i8)
        return nullptr;
      value = IntegerValue{exact_in(expr->type), From::itself};
    }
    return &values.emplace(expr.get(), *value).first->second;
  }

  std::optional<IntegerValue> value_of(const Node& node) {
    if (node.type == DType::boolean)
      return std::nullopt;
    switch (node.kind) {
    case Node::Kind::constant:
      return plain(constant(node));
    case Node::Kind::index: {
      const Interval range = range_of(node.index, intervals_);
      return plain(IntegerRange{range.low, std::max(range.low, range.high)});
    }
    case Node::Kind::read:
      return plain(read(node));
    case Node::Kind::cast:
      return conversion(node);
    case Node::Kind::op:
      return operation(node);
    default:
      return std::nullopt;
    }
  }

  static std::optional<IntegerValue> plain(const Range& range) {
    return range ? std::optional(IntegerValue{*range}) : std::nullopt;
  }

  static Range constant(const Node& node) {
    if (!is_float(node.type))
      return IntegerRange{node.integer, node.integer};
    if (std::trunc(node.constant) != node.constant ||
        std::abs(node.constant) > static_cast<double>(largest))
      return std::nullopt;
    const auto value = static_cast<int64_t>(node.constant);
    return IntegerRange{value, value, value == 0 && std::signbit(node.constant)};
  }

  Range read(const Node& node) {
    const size_t tensor = static_cast<size_t>(node.tensor), operands = stages_.operands.size();
    if (stages_.type_of(node.tensor).dtype != node.type)
      return std::nullopt;
    const bool is_bytes = node.type == DType::u8 || node.type == DType::i8;
    Range range = tensor >= operands ? result_.elements_[tensor - operands]
                  : is_bytes         ? Range(exact_in(node.type))
                                     : std::nullopt;
    for (const Subscript& subscript : node.subscripts)
      if (subscript.fill && range) {
        const IntegerValue* fill = find(subscript.fill);
        const bool is_known = fill && subscript.fill->kind == Node::Kind::constant &&
                              subscript.fill->type == node.type;
        range = is_known ? Range(both(*range, fill->range)) : std::nullopt;
      }
    return range;
  }

  std::optional<IntegerValue> conversion(const Node& node) {
    const Expr& from = node.args[0];
    if (from->type == DType::boolean)
      return IntegerValue{exact_in(DType::boolean)};
    const IntegerValue* value = find(from);
    if (!value)
      return is_float(from->type) && is_integer(node.type) ? rounding(node) : std::nullopt;
    IntegerRange range = value->range;
    const IntegerRange limits = exact_in(node.type);
    if (is_float(from->type) && is_integer(node.type)) // it saturates
      range = {std::clamp(range.low, limits.low, limits.high),
               std::clamp(range.high, limits.low, limits.high)};
    return IntegerValue{range};
  }

  std::optional<IntegerValue> operation(const Node& node) {
    std::vector<IntegerRange> args;
    for (const Expr& arg : node.args) {
      const IntegerValue* value = find(arg);
      const bool is_condition = node.op == ScalarOp::select && args.empty();
      if (!is_condition && (!value || !converts_exactly(*arg, value->range, node.type)))
        return is_rounding(node) ? rounding(node) : std::nullopt;
      args.push_back(is_condition ? IntegerRange{} : value->range);
    }
    if (is_integer(node.type) && node.op == ScalarOp::div)
      return rounding(node);
    return plain(result_of(node.op, args));
  }

  static bool converts_exactly(const Node& arg, const IntegerRange& range, DType type) {
    const bool truncates = is_float(arg.type) && !is_float(type);
    return arg.type == type || (!truncates && holds(exact_in(type), range));
  }

  static bool is_rounding(const Node& node) {
    return node.op == ScalarOp::floor || node.op == ScalarOp::ceil || node.op == ScalarOp::round;
  }

  // Of all values that what it is computed from can have.
  std::optional<IntegerValue> rounding(const Node& node) {
    const Expr* argument = nullptr;
    for (const Expr& arg : node.args)
      if (!depends_on_one(arg, argument))
        return std::nullopt;
    if (!argument)
      return std::nullopt;
    const IntegerRange from = find(*argument)->range;
    if (from.high - from.low >= most_tried)
      return std::nullopt;
    IntegerValue result{{}, From::itself, *argument};
    result.range.negative_zero = from.negative_zero;
    std::vector<int64_t> values;
    for (int64_t x = from.low; x <= from.high; ++x) {
      const std::optional<double> value = evaluated(node, argument->get(), x);
      if (!value || std::abs(*value) > static_cast<double>(largest))
        return std::nullopt;
      values.push_back(static_cast<int64_t>(*value));
      result.range.negative_zero |= *value == 0 && std::signbit(*value);
    }
    const auto [least, most] = std::ranges::minmax(values);
    result.range.low = least;
    result.range.high = most;
    const auto form = result.range.bytes() <= 2 ? rounded_quotient(from.low, values) : std::nullopt;
    if (form) {
      result.from = From::quotient;
      result.form = *form;
    }
    return result;
  }

  // On one integer, `argument`, and constants.
  bool depends_on_one(const Expr& expr, const Expr*& argument) {
    if (expr->kind == Node::Kind::constant)
      return true;
    if (find(expr)) {
      const bool is_same = !argument || argument->get() == expr.get();
      argument = &expr;
      return is_same;
    }
    const bool is_scalar = expr->kind == Node::Kind::op || expr->kind == Node::Kind::cast;
    return is_scalar && std::ranges::all_of(expr->args, [&](const Expr& arg) {
             return depends_on_one(arg, argument);
           });
  }

  const Definition& stages_;
  IntegerRanges& result_;
  // Of one equation.
  std::vector<Interval> intervals_; // of its indices
  std::set<const Node*> seen_;
};

int64_t IntegerRange::bytes() const {
  for (const int64_t bytes : {1, 2, 4}) {
    const int64_t end = int64_t{1} << (8 * bytes - (is_signed() ? 1 : 0));
    if (low >= -end && high < (bytes == 4 ? int64_t{1} << 31 : end))
      return bytes;
  }
  return 8;
}

IntegerRanges::IntegerRanges(const Definition& stages) {
  IntegerFinder(stages, *this).run();
}

const IntegerValue* IntegerRanges::find(size_t e, const Node& node) const {
  const auto found = values_[e].find(&node);
  return found == values_[e].end() ? nullptr : &found->second;
}

} // namespace fovea::kernels
