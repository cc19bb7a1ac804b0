#include "compiler/kernels/tables_apart.hpp"

#include "compiler/kernels/nodes.hpp"
#include "compiler/kernels/reads.hpp"
#include "compiler/kernels/rewrite.hpp"
#include "compiler/kernels/window_product.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/definition/outer_product.hpp>

#include <stdexcept>

namespace fovea::kernels {
namespace {

constexpr int64_t most_elements = 4096; // of a table, which is evaluated
constexpr int64_t most_choices = 64;    // of a row of it, which is written out

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
                              const WindowProduct& product) {
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

} // namespace

bool take_table_apart(Definition& definition, int& e) {
  const Equation& equation = definition.equations[static_cast<size_t>(e)];
  std::optional<WindowProduct> product = window_product(equation);
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
  definition.equations[static_cast<size_t>(e)].body = multiplied(product->factors);
  return true;
}

} // namespace fovea::kernels
