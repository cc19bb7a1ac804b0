#include "compiler/kernels/window_product.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"

namespace fovea::kernels {
namespace {

void flatten(const Expr& expr, DType type, std::vector<Expr>& factors) {
  if (expr->kind == Node::Kind::op && expr->op == ScalarOp::mul && expr->type == type) {
    for (const Expr& arg : expr->args)
      flatten(arg, type, factors);
  } else {
    factors.push_back(expr);
  }
}

bool is_sum_of_its_type(const Equation& equation) {
  const DType type = equation.body->type;
  return equation.reduction == ReduceKind::sum && equation.accumulator == type &&
         (type == DType::f32 || type == DType::f64 || type == DType::i32 || type == DType::i64);
}

bool chooses(const Equation& equation) {
  return equation.reduction == ReduceKind::max || equation.reduction == ReduceKind::min;
}

} // namespace

std::optional<WindowProduct> window_product(const Equation& equation) {
  const bool sums = is_sum_of_its_type(equation);
  if (equation.reduced.size() < 2 || !(sums || chooses(equation)))
    return std::nullopt;
  WindowProduct product;
  if (sums)
    flatten(equation.body, equation.body->type, product.factors);
  else
    product.factors.push_back(equation.body);
  const int free = free_count(equation);
  std::vector<size_t> images;
  for (size_t f = 0; f < product.factors.size(); ++f)
    if (const Expr& factor = product.factors[f];
        reduced_in(equation, factor).size() > 1 && holds_any(factor, 0, free))
      images.push_back(f);
  if (images.size() != 1)
    return std::nullopt;
  product.image = images[0];
  const Node& image = without_casts(*product.factors[product.image]);
  if (image.kind != Node::Kind::read || is_gather(image))
    return std::nullopt;
  for (const Subscript& subscript : image.subscripts)
    if (subscript.fill && subscript.fill->kind != Node::Kind::constant)
      return std::nullopt;
  return product;
}

Expr multiplied(const std::vector<Expr>& factors) {
  Expr product = factors[0];
  for (size_t f = 1; f < factors.size(); ++f)
    product = operation(ScalarOp::mul, product->type, {product, factors[f]});
  return product;
}

bool holds_any(const Expr& expr, int from, int to) {
  for (int k = from; k < to; ++k)
    if (holds(expr, k))
      return true;
  return false;
}

std::vector<int> reduced_in(const Equation& equation, const Expr& expr) {
  std::vector<int> found;
  for (int k = free_count(equation); k < index_count(equation); ++k)
    if (holds(expr, k))
      found.push_back(k);
  return found;
}

} // namespace fovea::kernels
