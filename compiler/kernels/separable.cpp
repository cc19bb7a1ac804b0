#include "compiler/kernels/separable.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/definition/outer_product.hpp>

#include <algorithm>
#include <stdexcept>

namespace fovea::kernels {
namespace {

constexpr int64_t most_elements = 4096; // of a table, which is evaluated
constexpr int64_t most_choices = 64;    // of a row of it, which is written out
constexpr double about_equal = 0.8;     // numbers of terms

// A reduction over the product of these; of maxima and minima there is one.
struct Product {
  std::vector<Expr> factors;
  size_t image = 0; // the one that free and several reduced indices stand in: a read
};

void flatten(const Expr& expr, DType type, std::vector<Expr>& factors) {
  if (expr->kind == Node::Kind::op && expr->op == ScalarOp::mul && expr->type == type) {
    for (const Expr& arg : expr->args)
      flatten(arg, type, factors);
  } else {
    factors.push_back(expr);
  }
}

int free_count(const Equation& equation) {
  return static_cast<int>(equation.free.size());
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

bool is_sum_of_its_type(const Equation& equation) {
  const DType type = equation.body->type;
  return equation.reduction == ReduceKind::sum && equation.accumulator == type &&
         (type == DType::f32 || type == DType::f64 || type == DType::i32 || type == DType::i64);
}

bool chooses(const Equation& equation) {
  return equation.reduction == ReduceKind::max || equation.reduction == ReduceKind::min;
}

std::optional<Product> product_of(const Equation& equation) {
  const bool sums = is_sum_of_its_type(equation);
  if (equation.reduced.size() < 2 || !(sums || chooses(equation)))
    return std::nullopt;
  Product product;
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

// --- tables --------------------------------------------------------------------------------------

// A factor T(m, n), where T is an equation that no operand stands behind.
struct Table {
  size_t factor = 0;
  int equation = 0;
  int row = 0, column = 0;                // the reduced indices
  int row_axis = 0, column_axis = 0;      // where they stand
  std::vector<Subscript> subscripts = {}; // all others are constant
};

bool reads_operands(const Definition& definition, int e) {
  const int operands = static_cast<int>(definition.operands.size());
  bool found = false;
  for_each_node(definition.equations[static_cast<size_t>(e)].body, [&](const Node& node) {
    if (!found && node.kind == Node::Kind::read)
      found = node.tensor < operands || reads_operands(definition, node.tensor - operands);
  });
  return found;
}

std::optional<Table> table_of(const Definition& definition, const Equation& equation,
                              const Product& product) {
  const int operands = static_cast<int>(definition.operands.size());
  for (size_t f = 0; f < product.factors.size(); ++f) {
    const Node& read = *product.factors[f];
    if (read.kind != Node::Kind::read || read.type != DType::f32 || read.tensor < operands ||
        is_gather(read) || reduced_in(equation, product.factors[f]).size() != 2)
      continue;
    Table table{f, read.tensor - operands, -1, -1, -1, -1, read.subscripts};
    bool plain = true;
    for (int d = 0; d < static_cast<int>(read.subscripts.size()); ++d) {
      const Subscript& subscript = read.subscripts[static_cast<size_t>(d)];
      plain &= subscript.boundary == Boundary::none;
      if (subscript.index.is_constant())
        continue;
      const int index = subscript.index.terms[0].index;
      plain &= table.column < 0 && subscript.index.is_index(index);
      (table.row < 0 ? table.row_axis : table.column_axis) = d;
      (table.row < 0 ? table.row : table.column) = index;
    }
    if (plain && table.column >= 0 &&
        extent_of(equation, table.row) * extent_of(equation, table.column) <= most_elements &&
        extent_of(equation, table.row) <= most_choices &&
        extent_of(equation, table.column) <= most_choices &&
        !reads_operands(definition, table.equation))
      return table;
  }
  return std::nullopt;
}

std::vector<double> values_of(const Definition& definition, const Equation& equation,
                              const Table& table) {
  Definition alone = definition;
  alone.results = {table.equation};
  Interpreter interpreter(
      alone, [](int, int64_t) -> Value { throw std::logic_error("a table reads an operand"); });
  std::vector<int64_t> place;
  for (const Subscript& subscript : table.subscripts)
    place.push_back(subscript.index.constant);
  std::vector<double> values;
  for (int64_t y = 0; y < extent_of(equation, table.row); ++y)
    for (int64_t x = 0; x < extent_of(equation, table.column); ++x) {
      place[static_cast<size_t>(table.row_axis)] = y;
      place[static_cast<size_t>(table.column_axis)] = x;
      values.push_back(interpreter.element(0, place).real);
    }
  return values;
}

// An equation of these numbers.
Equation row_of(std::string name, const std::vector<double>& numbers) {
  const auto number = [](double value) {
    Node node;
    node.constant = value;
    return node_of(std::move(node));
  };
  Equation row;
  row.name = std::move(name);
  row.free = {{"k", static_cast<int64_t>(numbers.size())}};
  row.body = number(numbers.back());
  for (size_t k = numbers.size() - 1; k-- > 0;)
    row.body = operation(ScalarOp::select, DType::f32,
                         {operation(ScalarOp::equal, DType::boolean,
                                    {value_of(IndexExpr::of(0)), integer(static_cast<int64_t>(k))}),
                          number(numbers[k]), row.body});
  return row;
}

Expr joined(const std::vector<Expr>& factors) {
  Expr product = factors[0];
  for (size_t f = 1; f < factors.size(); ++f)
    product = operation(ScalarOp::mul, product->type, {product, factors[f]});
  return product;
}

// The table of equation `e` becomes a column and a row of numbers, which are two equations in front
// of it: `e` is two more then.
bool take_table_apart(Definition& definition, int& e) {
  const Equation& equation = definition.equations[static_cast<size_t>(e)];
  std::optional<Product> product = product_of(equation);
  if (!product)
    return false;
  const std::optional<Table> table = table_of(definition, equation, *product);
  if (!table)
    return false;
  const auto parts =
      outer_product(extent_of(equation, table->row), extent_of(equation, table->column),
                    values_of(definition, equation, *table));
  if (!parts)
    return false;
  const std::string name = definition.equations[static_cast<size_t>(table->equation)].name;
  const int tensor = definition.tensor_of_equation(e);
  const auto read = [&](int number, int index) {
    return make_read(number, DType::f32, {{IndexExpr::of(index), Boundary::none, nullptr}});
  };
  insert_equation(definition, e, row_of(name + "_down", parts->down));
  insert_equation(definition, e + 1, row_of(name + "_across", parts->across));
  e += 2;
  // Reads of earlier tensors, as all factors are, keep their numbers.
  product->factors[table->factor] = read(tensor, table->row);
  product->factors.push_back(read(tensor + 1, table->column));
  definition.equations[static_cast<size_t>(e)].body = joined(product->factors);
  return true;
}

// --- one index taken out ---------------------------------------------------------------------

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

std::optional<Inner> inner_at(const Equation& equation, const Product& product, int index) {
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
std::optional<Inner> best_inner(const Equation& equation, const Product& product) {
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
Equation take_out(Equation& equation, const Product& product, const Inner& inner, int tensor) {
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
  rows.body = joined(inner_factors);

  std::vector<IndexExpr> outside;
  for (int k = 0; k < index_count(equation); ++k)
    outside.push_back(k == inner.index ? IndexExpr{} : IndexExpr::of(k - (k > inner.index)));
  equation.reduced.erase(equation.reduced.begin() + (inner.index - free_count(equation)));
  equation.body = substitute(joined(outer_factors), outside);
  return rows;
}

// As often as it pays. `e` stays the number of the equation.
bool take_apart(Definition& definition, int& e) {
  bool changed = false;
  while (true) {
    Equation equation = definition.equations[static_cast<size_t>(e)];
    if (terms_of(equation) == 0)
      return changed;
    const std::optional<Product> product = product_of(equation);
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
