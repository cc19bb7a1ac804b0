#include "compiler/kernels/separable.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"
#include "compiler/kernels/tables_apart.hpp"
#include "compiler/kernels/window_product.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

constexpr double about_equal = 0.8; // numbers of terms

// Reduced index `index`, which stands in dimension `axis` of the image and in factors of its own.
struct Inner {
  int index = 0;
  int axis = 0;
  std::vector<bool> own; // which factors
  double terms = 0;      // of both sums, when it is taken out
};

double terms_of(const Equation& equation) {
  double terms = 1;
  for (const std::vector<IndexRange>* ranges : {&equation.free, &equation.reduced})
    for (const IndexRange& range : *ranges)
      terms *= static_cast<double>(range.extent);
  return terms;
}

// Along all dimensions but `inner.axis`, where the image is read; along it, the free indices there.
std::vector<IndexRange> free_of(const Equation& equation, const Node& image, int axis) {
  std::vector<IndexRange> free;
  for (int d = 0; d < static_cast<int>(image.subscripts.size()); ++d) {
    const Subscript& subscript = image.subscripts[static_cast<size_t>(d)];
    if (d != axis) {
      const Interval range = range_of(subscript.index, intervals_of(equation));
      free.push_back({"u" + std::to_string(d), range.high - range.low + 1});
      continue;
    }
    for (int k = 0; k < free_count(equation); ++k)
      if (holds(subscript.index, k))
        free.push_back(equation.free[static_cast<size_t>(k)]);
  }
  return free;
}

std::optional<Inner> inner_at(const Equation& equation, const WindowProduct& product, int index) {
  const Node& image = without_casts(*product.factors[product.image]);
  Inner inner{index, -1, std::vector<bool>(product.factors.size()), 0};
  for (int d = 0; d < static_cast<int>(image.subscripts.size()); ++d)
    if (holds(image.subscripts[static_cast<size_t>(d)].index, index)) {
      if (inner.axis >= 0)
        return std::nullopt;
      inner.axis = d;
    }
  if (inner.axis < 0)
    return std::nullopt;
  for (int k = free_count(equation); k < index_count(equation); ++k)
    if (k != index && holds(image.subscripts[static_cast<size_t>(inner.axis)].index, k))
      return std::nullopt;
  for (size_t f = 0; f < product.factors.size(); ++f) {
    const Expr& factor = product.factors[f];
    if (f == product.image || !holds(factor, index))
      continue;
    if (holds_any(factor, 0, free_count(equation)) || reduced_in(equation, factor).size() > 1)
      return std::nullopt;
    inner.own[f] = true;
  }
  const double extent = static_cast<double>(extent_of(equation, index));
  inner.terms = extent;
  for (const IndexRange& range : free_of(equation, image, inner.axis))
    inner.terms *= static_cast<double>(range.extent);
  inner.terms += terms_of(equation) / extent;
  return inner;
}

// Of those that at least halve the number of terms, the one that leaves the fewest; where that is
// about equal, but for elements at borders, the one of the last dimension: vectors run along it.
std::optional<Inner> best_inner(const Equation& equation, const WindowProduct& product) {
  std::optional<Inner> best;
  for (int index = free_count(equation); index < index_count(equation); ++index)
    if (auto inner = inner_at(equation, product, index);
        inner && inner->terms <= terms_of(equation) / 2 &&
        (!best || inner->terms < about_equal * best->terms ||
         (inner->axis > best->axis && about_equal * inner->terms < best->terms)))
      best = std::move(inner);
  return best;
}

// The image's factor with another read in its casts.
Expr with_read(const Expr& factor, Expr read) {
  if (factor->kind != Node::Kind::cast)
    return read;
  Node cast = *factor;
  cast.args[0] = with_read(factor->args[0], std::move(read));
  return node_of(std::move(cast));
}

// `equation` loses the index; what it reads instead of the image comes back, for the place in front
// of it, where it will be tensor `tensor`.
Equation take_out(Equation& equation, const WindowProduct& product, const Inner& inner,
                  int tensor) {
  const Expr& factor = product.factors[product.image];
  const Node& image = without_casts(*factor);
  Equation rows;
  rows.name = equation.name + "_rows";
  rows.type = rows.accumulator = equation.body->type;
  rows.reduction = equation.reduction;
  rows.free = free_of(equation, image, inner.axis);
  rows.reduced = {equation.reduced[static_cast<size_t>(inner.index - free_count(equation))]};

  std::vector<IndexExpr> inside(static_cast<size_t>(index_count(equation)));
  inside[static_cast<size_t>(inner.index)] = IndexExpr::of(free_count(rows));
  std::vector<Subscript> of_image = image.subscripts, of_rows;
  int own = 0; // index of `rows`
  for (int d = 0; d < static_cast<int>(of_image.size()); ++d) {
    Subscript& subscript = of_image[static_cast<size_t>(d)];
    if (d != inner.axis) {
      const int64_t low = range_of(subscript.index, intervals_of(equation)).low;
      of_rows.push_back({subscript.index - IndexExpr{low, {}}, Boundary::none, nullptr});
      subscript.index = IndexExpr::of(own++) + IndexExpr{low, {}};
      continue;
    }
    for (int k = 0; k < free_count(equation); ++k)
      if (holds(subscript.index, k)) {
        of_rows.push_back({IndexExpr::of(k), Boundary::none, nullptr});
        inside[static_cast<size_t>(k)] = IndexExpr::of(own++);
      }
    subscript.index = substitute(subscript.index, inside);
  }

  std::vector<Expr> inner_factors{
      with_read(factor, make_read(image.tensor, image.type, std::move(of_image)))};
  std::vector<Expr> outer_factors{make_read(tensor, rows.type, std::move(of_rows))};
  for (size_t f = 0; f < product.factors.size(); ++f)
    if (inner.own[f])
      inner_factors.push_back(substitute(product.factors[f], inside));
    else if (f != product.image)
      outer_factors.push_back(product.factors[f]);
  rows.body = multiplied(inner_factors);

  std::vector<IndexExpr> outside;
  for (int k = 0; k < index_count(equation); ++k)
    outside.push_back(k == inner.index ? IndexExpr{} : IndexExpr::of(k - (k > inner.index)));
  equation.reduced.erase(equation.reduced.begin() + (inner.index - free_count(equation)));
  equation.body = substitute(multiplied(outer_factors), outside);
  return rows;
}

// As often as it pays. `e` stays the number of the equation.
bool take_apart(Definition& definition, int& e) {
  bool changed = false;
  while (true) {
    Equation equation = definition.equations[static_cast<size_t>(e)];
    if (terms_of(equation) == 0)
      return changed;
    const std::optional<WindowProduct> product = window_product(equation);
    const std::optional<Inner> inner =
        product ? best_inner(equation, *product) : std::optional<Inner>();
    if (!inner)
      return changed;
    const int tensor = definition.tensor_of_equation(e);
    Equation rows = take_out(equation, *product, *inner, tensor);
    insert_equation(definition, e, std::move(rows));
    definition.equations[static_cast<size_t>(++e)] = std::move(equation);
    changed = true;
  }
}

} // namespace

std::optional<Separated> separated(const Definition& definition) {
  std::optional<Separated> result;
  Definition current = definition;
  for (int e = 0, original = 0; e < static_cast<int>(current.equations.size()); ++e, ++original) {
    Definition attempt = current;
    int at = e;
    take_table_apart(attempt, at);
    if (!take_apart(attempt, at))
      continue;
    current = std::move(attempt);
    e = at;
    if (!result)
      result = Separated{{}, original};
  }
  if (result)
    result->definition = std::move(current);
  return result;
}

} // namespace fovea::kernels
