// From syntax to statements, once the operands' element types are known. Numbers have no type of
// their own: one beside a value takes the value's.
#include "dsl/equation/elaborate.hpp"

#include "dsl/definition/saturating.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea::text {
namespace {

using Type = std::optional<DType>;

ScalarOp operation_of(Mark mark) {
  switch (mark) {
  case Mark::plus:
    return ScalarOp::add;
  case Mark::minus:
    return ScalarOp::sub;
  case Mark::times:
    return ScalarOp::mul;
  case Mark::divide:
    return ScalarOp::div;
  case Mark::modulo:
    return ScalarOp::fmod;
  case Mark::less:
  case Mark::greater:
    return ScalarOp::less;
  case Mark::less_equal:
  case Mark::greater_equal:
    return ScalarOp::less_equal;
  case Mark::equal:
    return ScalarOp::equal;
  case Mark::not_equal:
    return ScalarOp::not_equal;
  case Mark::both:
    return ScalarOp::logical_and;
  default:
    return ScalarOp::logical_or;
  }
}

class Elaborator {
 public:
  Elaborator(const Parsed& parsed, const std::vector<DType>& operands)
      : parsed_(parsed), operands_(operands), types_(parsed.nodes.size()),
        inferred_(parsed.nodes.size(), false) {}

  Elaborated run() {
    for (const Line& line : parsed_.lines)
      result_.statements.push_back(statement(line));
    return std::move(result_);
  }

 private:
  [[noreturn]] void fail(size_t position, std::string what, std::string expected = "",
                         std::string got = "", std::string hint = "") const {
    parsed_.source.fail(position, {.what = std::move(what),
                                   .expected = std::move(expected),
                                   .got = std::move(got),
                                   .hint = std::move(hint)});
  }

  StatementPtr statement(const Line& line) {
    line_ = &line;
    auto statement = std::make_shared<Statement>();
    statement->name = line.result.name;
    for (const Named& index : line.left)
      statement->left.push_back(declared(index.name));
    statement->body = value(line.body, std::nullopt);
    return statement;
  }

  DeclaredIndex declared(const std::string& name) const {
    const auto stated = line_->extents.find(name);
    return {line_->symbols.at(name), stated == line_->extents.end() ? -1 : stated->second, name};
  }

  // ---- types ----

  // Of a value; none: a number that takes any.
  Type type_of(int number) {
    const size_t k = static_cast<size_t>(number);
    if (!inferred_[k]) {
      types_[k] = infer(parsed_[number]);
      inferred_[k] = true;
    }
    return types_[k];
  }

  Type first_type(const std::vector<int>& args, size_t first = 0) {
    for (size_t k = first; k < args.size(); ++k)
      if (const Type type = type_of(args[k]))
        return type;
    return std::nullopt;
  }

  Type infer(const Syntax& node) {
    if (node.kind_of_value == Class::literal)
      return std::nullopt;
    if (node.kind_of_value == Class::index)
      return DType::i64;
    if (node.operand >= 0)
      return operands_[static_cast<size_t>(node.operand)];
    if (node.line >= 0)
      return result_.statements[static_cast<size_t>(node.line)]->body->type;
    switch (node.kind) {
    case Syntax::Kind::truth:
    case Syntax::Kind::negation:
      return DType::boolean;
    case Syntax::Kind::infix:
      return node.mark >= Mark::less ? DType::boolean : first_type(node.args);
    case Syntax::Kind::reduce:
      if (node.fold == Fold::argmax || node.fold == Fold::argmin)
        return DType::i64;
      return node.fold >= Fold::any ? DType::boolean : type_of(node.args[0]);
    case Syntax::Kind::call:
      if (const Type type = type_named(node.word))
        return type;
      if (node.word == "value")
        return DType::i64;
      if (const ScalarOp op = *function_named(node.word); is_comparison(op) || is_logical(op))
        return DType::boolean;
      return first_type(node.args, node.word == "select" ? 1 : 0);
    default:
      return first_type(node.args);
    }
  }

  // ---- values ----

  Expr value(int number, Type wanted) {
    const Syntax& node = parsed_[number];
    const DType type = type_of(number).value_or(wanted.value_or(DType::f32));
    if (node.kind_of_value == Class::literal)
      return constant(node, type);
    if (node.kind_of_value == Class::index)
      return make_index(index(number));
    if (node.operand >= 0 || node.line >= 0)
      return read(number);
    switch (node.kind) {
    case Syntax::Kind::truth:
      return make_constant(node.truth ? 1 : 0, DType::boolean);
    case Syntax::Kind::negation:
      return operation(node, ScalarOp::logical_not, node.args, DType::boolean);
    case Syntax::Kind::negative:
      return operation(node, ScalarOp::neg, node.args, type);
    case Syntax::Kind::infix:
      return infix(node, type);
    case Syntax::Kind::reduce:
      return reduction(number, type);
    default:
      return call(node, type);
    }
  }

  // Of the type that the operation needs.
  Expr argument(const Syntax& operation, int number, DType type) {
    Expr expr = value(number, type);
    if (expr->type != type)
      fail(parsed_[number].position,
           fmt::format("the operands of `{}` have different element types", shown(operation)),
           std::string(name_of(type)), std::string(name_of(expr->type)),
           fmt::format("convert one of them: {}(...)", name_of(type)));
    return expr;
  }

  std::string shown(const Syntax& node) const {
    if (node.kind == Syntax::Kind::infix)
      return std::string(name_of(operation_of(node.mark)));
    return node.kind == Syntax::Kind::negative   ? "-"
           : node.kind == Syntax::Kind::negation ? "!"
                                                 : node.word;
  }

  Expr operation(const Syntax& node, ScalarOp op, const std::vector<int>& args, DType type) {
    if (is_analytic(op) && !is_float(type))
      fail(node.position, fmt::format("`{}` is of floats", shown(node)), "f16, bf16, f32 or f64",
           std::string(name_of(type)), "convert it: f32(...)");
    const bool beside_index = is_comparison(op) && has_index(args);
    std::vector<Expr> exprs;
    for (size_t k = 0; k < args.size(); ++k) {
      const Type own = beside_index ? type_of(args[k]) : std::nullopt;
      if (own && is_integer(*own))
        exprs.push_back(make_cast(value(args[k], own), DType::i64));
      else
        exprs.push_back(
            argument(node, args[k], op == ScalarOp::select && k == 0 ? DType::boolean : type));
    }
    return make_operation(op, std::move(exprs));
  }

  // An index is compared with an integer of any type.
  DType compared_type(const std::vector<int>& args) {
    return has_index(args) ? DType::i64 : first_type(args).value_or(DType::f32);
  }
  bool has_index(const std::vector<int>& args) const {
    return std::any_of(args.begin(), args.end(),
                       [&](int arg) { return parsed_[arg].kind_of_value == Class::index; });
  }

  Expr infix(const Syntax& node, DType type) {
    const ScalarOp op = operation_of(node.mark);
    if (node.mark == Mark::modulo)
      fail(node.position, "`%` is of an index and an integer > 0", "i%3", "",
           "of values it is fmod(a, b)");
    std::vector<int> args = node.args;
    if (node.mark == Mark::greater || node.mark == Mark::greater_equal)
      std::swap(args[0], args[1]);
    if (is_comparison(op))
      type = compared_type(args);
    return operation(node, op, args, type);
  }

  Expr call(const Syntax& node, DType type) {
    if (node.word == "value")
      return make_index(index(node.args[0]));
    if (const Type target = type_named(node.word)) // of a number: the number as one of the type
      return make_cast(value(node.args[0], target), *target);
    const ScalarOp op = *function_named(node.word);
    if (is_comparison(op))
      type = compared_type(node.args);
    return operation(node, op, node.args, type);
  }

  Expr constant(const Syntax& node, DType type) const {
    const Literal& number = node.number;
    if (std::optional<ErrorParts> parts = misfit(number, type))
      parsed_.source.fail(node.position, std::move(*parts));
    if (is_float(type))
      return make_constant(number.real, type);
    return make_integer(static_cast<int64_t>(number.integer), type);
  }

  // Behind the `where` of a reduction.
  Expr condition(int number) {
    Expr expr = value(number, DType::boolean);
    if (expr->type != DType::boolean)
      fail(parsed_[number].position, "`where` wants a condition", "bool",
           std::string(name_of(expr->type)), "write a comparison");
    return expr;
  }

  Expr reduction(int number, DType type) {
    const Syntax& node = parsed_[number];
    std::vector<DeclaredIndex> indices;
    for (const Named& index : node.indices)
      indices.push_back(declared(index.name));
    const bool logical = node.fold == Fold::any || node.fold == Fold::all;
    const bool place = node.fold == Fold::argmax || node.fold == Fold::argmin;
    Expr body = value(node.args[0], place ? Type() : type);
    if (logical && body->type != DType::boolean)
      fail(parsed_[node.args[0]].position, fmt::format("`{}` is of conditions", node.word), "bool",
           std::string(name_of(body->type)), "write a comparison");
    Expr expr = node.args.size() == 1
                    ? make_reduction(node.fold, std::move(indices), body, node.accumulator)
                    : make_reduction_where(node.fold, indices, condition(node.args[1]), body,
                                           node.accumulator);
    note(expr, number);
    return expr;
  }

  // What a reduction became: itself, or an operation on others.
  void note(const Expr& expr, int number) {
    if (expr->kind == Node::Kind::reduce)
      result_.reads[expr.get()] = number;
    else
      for (const Expr& arg : expr->args)
        note(arg, number);
  }

  // ---- reads ----

  Expr read(int number) {
    const Syntax& node = parsed_[number];
    const StatementPtr source =
        node.line >= 0 ? result_.statements[static_cast<size_t>(node.line)] : nullptr;
    const DType type = *type_of(number);
    std::vector<Subscript> subscripts;
    for (int arg : node.args)
      subscripts.push_back(subscript(node, arg, type));
    Expr expr = make_read(source ? -1 : node.operand, source, type, std::move(subscripts));
    result_.reads[expr.get()] = number;
    return expr;
  }

  Subscript subscript(const Syntax& read, int number, DType type) {
    const Syntax& node = parsed_[number];
    Subscript subscript{{}, Boundary::none, nullptr, nullptr};
    int place = number;
    if (const std::optional<Boundary> rule =
            node.kind == Syntax::Kind::call ? rule_named(node.word) : std::nullopt) {
      place = node.args[0];
      subscript.boundary = *rule;
      if (rule == Boundary::fill)
        subscript.fill =
            node.args.size() > 1 ? argument(node, node.args[1], type) : make_constant(0, type);
    }
    if (parsed_[place].kind_of_value != Class::value) {
      subscript.index = index(place);
      return subscript;
    }
    subscript.computed = value(place, std::nullopt);
    if (!is_integer(subscript.computed->type))
      fail(parsed_[place].position,
           fmt::format("'{}' is read at a place that is no integer", read.word),
           "an index, or a value of i8, u8, i32 or i64",
           std::string(name_of(subscript.computed->type)),
           fmt::format("convert it: i64(...); '{}' is no function, but a tensor", read.word));
    if (subscript.boundary == Boundary::none) // the nearest element
      subscript.boundary = Boundary::clamp;
    return subscript;
  }

  IndexExpr index(int number) const {
    const IndexExpr result = index_of(parsed_[number]);
    constexpr int64_t most = INT64_C(1) << 62;
    bool fits = std::abs(static_cast<double>(result.constant)) < static_cast<double>(most);
    for (const IndexTerm& term : result.terms)
      fits = fits && std::abs(static_cast<double>(term.coefficient)) < static_cast<double>(most);
    if (!fits)
      fail(parsed_[number].position, "the index overflows 64 bits", "numbers below 2^62");
    return result;
  }

  IndexExpr index_of(const Syntax& node) const {
    if (node.kind_of_value == Class::literal)
      return {static_cast<int64_t>(integer(node)), {}};
    if (node.kind == Syntax::Kind::name)
      return IndexExpr::of(line_->symbols.at(node.word));
    if (node.kind == Syntax::Kind::negative)
      return index(node.args[0]) * -1;
    const Syntax &a = parsed_[node.args[0]], &b = parsed_[node.args[1]];
    switch (node.mark) {
    case Mark::plus: {
      const IndexExpr left = index(node.args[0]); // the first error counts
      return left + index(node.args[1]);
    }
    case Mark::minus: {
      const IndexExpr left = index(node.args[0]);
      return left - index(node.args[1]);
    }
    case Mark::times:
      return a.kind_of_value == Class::literal ? index(node.args[1]) * integer(a)
                                               : index(node.args[0]) * integer(b);
    case Mark::divide:
      return floor_div(index(node.args[0]), integer(b));
    default:
      return mod(index(node.args[0]), integer(b));
    }
  }

  int64_t integer(const Syntax& node) const {
    if (node.number.integer > saturating::highest || node.number.integer < saturating::lowest)
      fail(node.position, "the index overflows 64 bits", "numbers below 2^62");
    return static_cast<int64_t>(node.number.integer);
  }

  const Parsed& parsed_;
  const std::vector<DType>& operands_;
  std::vector<Type> types_;
  std::vector<bool> inferred_;
  Elaborated result_;
  const Line* line_ = nullptr;
};

} // namespace

Elaborated elaborate(const Parsed& parsed, const std::vector<DType>& operands) {
  return Elaborator(parsed, operands).run();
}

} // namespace fovea::text
