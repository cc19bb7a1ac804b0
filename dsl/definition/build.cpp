// Nodes of scalar expressions, with the element types checked as they are made.
#include "dsl/definition/number.hpp"

#include <fovea/equation/statement.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

std::shared_ptr<Node> make_node(Node::Kind kind, DType type) {
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->type = type;
  return node;
}

bool yields_boolean(ScalarOp op) {
  return op >= ScalarOp::less && op <= ScalarOp::logical_not;
}

bool is_number(const Expr& expr, double number) {
  return expr->kind == Node::Kind::constant && expr->constant == number;
}

[[noreturn]] void refuse_number(ErrorParts parts) {
  parts.what = "equation: " + parts.what;
  throw Error(std::move(parts));
}

// What a term of a reduction is that changes nothing.
Expr neutral(Fold fold, DType type) {
  switch (fold) {
  case Fold::product:
  case Fold::all:
    return make_constant(1, type);
  case Fold::max:
  case Fold::argmax:
  case Fold::min:
  case Fold::argmin:
    break;
  default:
    return make_constant(0, type);
  }
  const bool least = fold == Fold::max || fold == Fold::argmax;
  if (is_float(type))
    return make_constant(least ? -HUGE_VAL : HUGE_VAL, type);
  if (type == DType::u8 || type == DType::boolean)
    return make_integer(least ? 0 : type == DType::u8 ? 255 : 1, type);
  const int64_t high = INT64_MAX >> (64 - 8 * size_of(type));
  return make_integer(least ? -high - 1 : high, type);
}

// The first of those places that a condition chooses where `body` is the extremum or NaN; 0 where
// it chooses none. What it does not choose may be as large as what it does, so that the extremum
// alone does not tell.
Expr first_chosen(Fold kind, const std::vector<DeclaredIndex>& indices, const Expr& condition,
                  const Expr& body) {
  const Fold extremum = kind == Fold::argmax ? Fold::max : Fold::min;
  const Expr most = make_reduction_where(extremum, indices, condition, body);
  Expr is_most = make_operation(ScalarOp::equal, {body, most});
  if (is_float(body->type))
    is_most = make_operation(ScalarOp::logical_or,
                             {is_most, make_operation(ScalarOp::not_equal, {body, body})});
  const Expr nowhere = make_integer(INT64_MAX, DType::i64);
  const Expr first = make_reduction(
      Fold::min, indices,
      make_operation(ScalarOp::select, {make_operation(ScalarOp::logical_and, {condition, is_most}),
                                        make_index(IndexExpr::of(indices[0].symbol)), nowhere}));
  return make_operation(ScalarOp::fmod, {first, nowhere});
}

// Constants are folded as equations are made, where the result is exact, so that a definition does
// not depend on how a number came about.
Expr fold(ScalarOp op, const std::vector<Expr>& args) {
  if (op != ScalarOp::mul && op != ScalarOp::add && op != ScalarOp::sub)
    return nullptr;
  const Expr &a = args[0], &b = args[1];
  if (op == ScalarOp::mul && (is_number(a, 1) || is_number(b, 1)))
    return is_number(a, 1) ? b : a;
  constexpr double exact = 1 << 24; // integers that every float type but the short ones holds
  if (a->kind != Node::Kind::constant || b->kind != Node::Kind::constant || size_of(a->type) < 4 ||
      a->constant != std::trunc(a->constant) || b->constant != std::trunc(b->constant))
    return nullptr;
  const double value = op == ScalarOp::mul   ? a->constant * b->constant
                       : op == ScalarOp::add ? a->constant + b->constant
                                             : a->constant - b->constant;
  return std::abs(value) <= exact && value != 0 ? make_constant(value, a->type) : nullptr;
}

} // namespace

// What an operation takes: conditions, numbers or floats.
static void check_type(ScalarOp op, DType type) {
  const auto refuse = [&](const char* of, const char* expected, const char* hint) {
    throw Error({.what = fmt::format("equation: `{}` is of {}", name_of(op), of),
                 .expected = expected,
                 .got = std::string(name_of(type)),
                 .hint = hint});
  };
  if ((is_logical(op) || op == ScalarOp::select) && type != DType::boolean)
    refuse("conditions", "bool", "write a comparison");
  if ((op == ScalarOp::less || op == ScalarOp::less_equal) && type == DType::boolean)
    refuse("numbers", "integers or floats", "0 < a < 1 is written 0 < a && a < 1");
  if (is_analytic(op) && op < ScalarOp::floor && !is_float(type))
    refuse("floats", "f16, bf16, f32 or f64", "convert it with cast(value, DType::f32)");
}

Expr make_constant(double value, DType type) {
  auto node = make_node(Node::Kind::constant, type);
  node->constant = value;
  if (!is_float(type))
    node->integer = static_cast<int64_t>(value);
  return node;
}

Expr make_integer(int64_t value, DType type) {
  auto node = make_node(Node::Kind::constant, type);
  node->constant = static_cast<double>(value);
  node->integer = is_float(type) ? 0 : value;
  return node;
}

// Beside a condition: whether it is not 0.
Expr make_number(double number, DType type) {
  if (type == DType::boolean)
    return make_integer(number != 0, type);
  const bool whole = number == std::trunc(number) && number >= -0x1p63 && number < 0x1p63;
  if (whole && !is_float(type))
    return make_number(static_cast<int64_t>(number), type);
  if (std::optional<ErrorParts> parts = misfit({number, false, 0}, type))
    refuse_number(std::move(*parts));
  return make_constant(number, type);
}

Expr make_number(int64_t number, DType type) {
  if (type == DType::boolean)
    return make_integer(number != 0, type);
  if (std::optional<ErrorParts> parts = misfit({static_cast<double>(number), true, number}, type))
    refuse_number(std::move(*parts));
  return make_integer(number, type);
}

Expr make_index(const IndexExpr& index) {
  auto node = make_node(Node::Kind::index, DType::i64);
  node->index = index;
  return node;
}

Expr make_operation(ScalarOp op, std::vector<Expr> args) {
  // An index is compared with an integer of any type.
  if (is_comparison(op))
    for (const size_t k : {size_t{0}, size_t{1}})
      if (args[k]->kind == Node::Kind::index && is_integer(args[1 - k]->type))
        args[1 - k] = make_cast(args[1 - k], DType::i64);
  const size_t first = op == ScalarOp::select ? 1 : 0; // the condition's type is its own
  const DType type = args[first]->type;
  for (size_t k = first; k < args.size(); ++k)
    if (args[k]->type != type)
      throw Error({.what = fmt::format(
                       "equation: the operands of `{}` have different element types", name_of(op)),
                   .expected = std::string(name_of(type)),
                   .got = std::string(name_of(args[k]->type)),
                   .hint = "convert one of them with cast(value, type)"});
  check_type(op, op == ScalarOp::select ? args[0]->type : type);
  if (Expr folded = fold(op, args))
    return folded;
  auto node = make_node(Node::Kind::op, yields_boolean(op) ? DType::boolean : type);
  node->op = op;
  node->args = std::move(args);
  return node;
}

Expr make_cast(Expr value, DType type) {
  if (value->type == type)
    return value;
  if (value->kind == Node::Kind::constant && !is_float(value->type) && is_float(type) &&
      size_of(type) >= 4 && value->integer <= 1 << 24 && value->integer >= -(1 << 24))
    return make_constant(static_cast<double>(value->integer), type);
  auto node = make_node(Node::Kind::cast, type);
  node->args = {std::move(value)};
  return node;
}

Expr make_reduction(Fold fold, std::vector<DeclaredIndex> indices, Expr body,
                    std::optional<DType> accumulator) {
  const bool logical = fold == Fold::any || fold == Fold::all;
  if (logical && body->type != DType::boolean)
    throw Error({.what = fmt::format("equation: `{}` is of conditions", name_of(fold)),
                 .expected = "bool",
                 .got = std::string(name_of(body->type)),
                 .hint = "write a comparison"});
  if (indices.empty()) // a pack of rank 0: one term
    return body;
  // The sum of a short type, and the number of its terms, may be too large for it.
  if (fold == Fold::mean && accumulator_of(body->type) != body->type) {
    const DType type = body->type;
    body = make_cast(std::move(body), accumulator_of(type));
    return make_cast(make_reduction(fold, std::move(indices), std::move(body)), type);
  }
  const bool place = fold == Fold::argmax || fold == Fold::argmin;
  auto node = make_node(Node::Kind::reduce, place ? DType::i64 : body->type);
  node->fold = fold;
  node->reduced = std::move(indices);
  node->accumulator = accumulator;
  node->args = {std::move(body)};
  return node;
}

Expr make_reduction_where(Fold kind, const std::vector<DeclaredIndex>& indices,
                          const Expr& condition, const Expr& body,
                          std::optional<DType> accumulator) {
  if (condition->type != DType::boolean)
    throw Error(
        {.what = fmt::format("equation: `{}` is over what no condition chooses", name_of(kind)),
         .expected = "bool",
         .got = std::string(name_of(condition->type)),
         .hint = "write a comparison"});
  const auto chosen = [&](Fold fold, const Expr& term) {
    Expr terms = make_operation(ScalarOp::select, {condition, term, neutral(fold, term->type)});
    return make_reduction(fold, indices, std::move(terms), accumulator);
  };
  if (kind == Fold::mean) {
    const DType wide = accumulator_of(body->type); // as without a condition
    Expr one = make_constant(1, wide);
    // Where no range is stated, what is reduced may be all that says how many terms there are.
    if (std::ranges::any_of(indices, [](const auto& index) { return index.extent < 0; }))
      one = make_operation(ScalarOp::select,
                           {make_operation(ScalarOp::equal, {body, body}), one, one});
    return make_cast(make_operation(ScalarOp::div, {chosen(Fold::sum, make_cast(body, wide)),
                                                    chosen(Fold::sum, one)}),
                     body->type);
  }
  if (kind == Fold::argmax || kind == Fold::argmin)
    return first_chosen(kind, indices, condition, body);
  return chosen(kind, body);
}

Expr make_read(int tensor, StatementPtr source, DType type, std::vector<Subscript> subscripts) {
  for (const Subscript& subscript : subscripts) {
    if (subscript.computed && !is_integer(subscript.computed->type))
      throw Error({.what = "equation: a tensor is read at an index that is no integer",
                   .expected = "a value of i8, u8, i32 or i64",
                   .got = std::string(name_of(subscript.computed->type)),
                   .hint = "convert it with cast(value, DType::i64)"});
    if (subscript.fill && subscript.fill->type != type)
      throw Error({.what = "equation: what stands outside a tensor has another element type",
                   .expected = std::string(name_of(type)),
                   .got = std::string(name_of(subscript.fill->type)),
                   .hint = "convert it with cast(value, type)"});
  }
  auto node = make_node(Node::Kind::read, type);
  node->tensor = tensor;
  node->source = std::move(source);
  node->subscripts = std::move(subscripts);
  return node;
}

} // namespace fovea
