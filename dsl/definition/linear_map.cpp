#include "dsl/definition/arithmetic.hpp"
#include "dsl/definition/boundary.hpp"
#include "dsl/definition/printer.hpp"

#include <fovea/definition/explain.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace fovea {
namespace {

// The system is not affine in the operand, or more than one would look at.
struct NotAffine {};

// A sum of products: coefficients by the factors they multiply, each an element such as "w(0)" or a
// function of such.
using Factors = std::vector<std::string>;
using Polynomial = std::map<Factors, double>;

// Polynomials by the element of the operand that they multiply; -1: by none.
using Form = std::map<int64_t, Polynomial>;
constexpr int64_t offset = -1;

Form number(double value) {
  return value == 0 ? Form{} : Form{{offset, {{{}, value}}}};
}

Form element(int64_t column) {
  return {{column, {{{}, 1}}}};
}

Form factor(std::string name) {
  return {{offset, {{{std::move(name)}, 1}}}};
}

bool without_operand(const Form& form) {
  return form.empty() || (form.size() == 1 && form.begin()->first == offset);
}

std::optional<double> number_of(const Form& form) {
  if (form.empty())
    return 0;
  const auto& [column, polynomial] = *form.begin();
  const bool constant =
      without_operand(form) && polynomial.size() == 1 && polynomial.begin()->first.empty();
  return constant ? std::optional(polynomial.begin()->second) : std::nullopt;
}

bool is_number(const Form& form) {
  return number_of(form).has_value();
}

// a + scale * b
Form sum(Form a, const Form& b, double scale = 1) {
  for (const auto& [column, polynomial] : b)
    for (const auto& [factors, coefficient] : polynomial) {
      Polynomial& own = a[column];
      if ((own[factors] += scale * coefficient) == 0)
        own.erase(factors);
      if (own.empty())
        a.erase(column);
    }
  return a;
}

Form product(const Form& a, const Form& b) {
  if (!without_operand(a) && !without_operand(b))
    throw NotAffine();
  Form result;
  for (const auto& [left, p] : a)
    for (const auto& [right, q] : b)
      for (const auto& [f, c] : p)
        for (const auto& [g, d] : q) {
          Factors factors = f;
          factors.insert(factors.end(), g.begin(), g.end());
          std::ranges::sort(factors);
          result = sum(std::move(result), {{std::max(left, right), {{factors, c * d}}}});
        }
  return result;
}

std::string to_string(const Polynomial& polynomial) {
  std::string text;
  for (const auto& [factors, coefficient] : polynomial) {
    const double size = std::abs(coefficient);
    text += text.empty() ? (coefficient < 0 ? "-" : "") : coefficient < 0 ? " - " : " + ";
    if (size != 1 || factors.empty())
      text += notation::digits_of(size) + (factors.empty() ? "" : "*");
    text += fmt::format("{}", fmt::join(factors, "*"));
  }
  return text;
}

// The text of what holds no element of the operand.
std::string text_of(const Form& form) {
  if (!without_operand(form))
    throw NotAffine();
  return form.empty() ? "0" : to_string(form.begin()->second);
}

// Computes with forms as the interpreter does with numbers.
class Expansion {
 public:
  Expansion(const Definition& definition, int operand)
      : definition_(definition), operand_(operand), known_(definition.equations.size()) {}

  const Form& element_of(int equation, const std::vector<int64_t>& place) {
    auto& known = known_[static_cast<size_t>(equation)];
    const auto found = known.find(place);
    if (found != known.end())
      return found->second;
    return known[place] = reduced(definition_.equations[static_cast<size_t>(equation)], place);
  }

 private:
  Form reduced(const Equation& equation, std::vector<int64_t> indices) {
    if (!equation.reduction)
      return value(equation.body, indices);
    const size_t first = indices.size();
    for (const IndexRange& range : equation.reduced)
      if (range.extent == 0)
        throw NotAffine();
    indices.resize(first + equation.reduced.size());
    std::vector<Form> terms;
    for (bool more = true; more;) {
      terms.push_back(value(equation.body, indices));
      more = false;
      for (size_t k = indices.size(); !more && k-- > first;) {
        more = ++indices[k] < equation.reduced[k - first].extent;
        if (!more)
          indices[k] = 0;
      }
    }
    return fold(*equation.reduction, terms);
  }

  static Form fold(ReduceKind kind, const std::vector<Form>& terms) {
    Form result = terms[0];
    if (kind == ReduceKind::sum || kind == ReduceKind::product) {
      for (size_t k = 1; k < terms.size(); ++k)
        result =
            kind == ReduceKind::sum ? sum(std::move(result), terms[k]) : product(result, terms[k]);
      return result;
    }
    if (terms.size() == 1)
      return result;
    if (std::ranges::all_of(terms, is_number)) {
      const auto by_number = [](const Form& a, const Form& b) {
        return *number_of(a) < *number_of(b);
      };
      return kind == ReduceKind::max ? *std::ranges::max_element(terms, by_number)
                                     : *std::ranges::min_element(terms, by_number);
    }
    return called(std::string(name_of(kind)), terms);
  }

  Form value(const Expr& expr, const std::vector<int64_t>& indices) {
    if (++steps_ > 1'000'000)
      throw NotAffine();
    switch (expr->kind) {
    case Node::Kind::constant:
      return number(is_float(expr->type) ? expr->constant : static_cast<double>(expr->integer));
    case Node::Kind::index:
      return number(static_cast<double>(evaluate(expr->index, indices)));
    case Node::Kind::read:
      return read(*expr, indices);
    case Node::Kind::op:
      return operation(*expr, indices);
    case Node::Kind::cast:
      return cast(*expr, value(expr->args[0], indices));
    case Node::Kind::reduce:
      break;
    }
    throw NotAffine();
  }

  Form read(const Node& node, const std::vector<int64_t>& indices) {
    const Shape shape = definition_.type_of(node.tensor).shape;
    std::vector<int64_t> place;
    for (size_t d = 0; d < node.subscripts.size(); ++d) {
      const Subscript& subscript = node.subscripts[d];
      const int64_t extent = shape[static_cast<int>(d)];
      int64_t at = evaluate(subscript.index, indices);
      if (subscript.computed) {
        const std::optional<double> computed = number_of(value(subscript.computed, indices));
        if (!computed)
          throw NotAffine();
        at = static_cast<int64_t>(*computed);
      }
      const std::optional<int64_t> within = place_within(at, extent, subscript.boundary);
      if (!within)
        return value(subscript.fill, indices);
      place.push_back(*within);
    }
    const int operands = static_cast<int>(definition_.operands.size());
    if (node.tensor >= operands)
      return element_of(node.tensor - operands, place);
    if (node.tensor != operand_) {
      const std::string& name = definition_.operands[static_cast<size_t>(node.tensor)].name;
      return factor(place.empty() ? name : fmt::format("{}({})", name, fmt::join(place, ", ")));
    }
    int64_t column = 0;
    for (size_t d = 0; d < place.size(); ++d)
      column = column * shape[static_cast<int>(d)] + place[d];
    return element(column);
  }

  Form operation(const Node& node, const std::vector<int64_t>& indices) {
    if (node.op == ScalarOp::select)
      return select(node, indices);
    std::vector<Form> args;
    for (const Expr& arg : node.args)
      args.push_back(value(arg, indices));
    if (std::ranges::all_of(args, is_number))
      return computed(node, args);
    if (is_float(node.type))
      switch (node.op) {
      case ScalarOp::add:
        return sum(std::move(args[0]), args[1]);
      case ScalarOp::sub:
        return sum(std::move(args[0]), args[1], -1);
      case ScalarOp::neg:
        return sum({}, args[0], -1);
      case ScalarOp::mul:
        return product(args[0], args[1]);
      case ScalarOp::div:
        return quotient(args[0], args[1]);
      default:
        break;
      }
    return called(std::string(name_of(node.op)), args);
  }

  static Form quotient(const Form& a, const Form& b) {
    if (const std::optional<double> divisor = number_of(b))
      return sum({}, a, 1 / *divisor);
    const std::string text = text_of(b);
    const bool simple = text.find_first_of(" *") == std::string::npos;
    return product(a, factor(simple ? "1/" + text : "1/(" + text + ")"));
  }

  static Form called(const std::string& name, const std::vector<Form>& args) {
    Factors texts;
    for (const Form& arg : args)
      texts.push_back(text_of(arg));
    return factor(fmt::format("{}({})", name, fmt::join(texts, ", ")));
  }

  Form select(const Node& node, const std::vector<int64_t>& indices) {
    const Form condition = value(node.args[0], indices);
    if (const std::optional<double> truth = number_of(condition))
      return value(node.args[*truth != 0 ? 1 : 2], indices);
    return called("select",
                  {condition, value(node.args[1], indices), value(node.args[2], indices)});
  }

  static Value as_value(const Form& form, DType type) {
    Value result;
    if (is_float(type))
      result.real = *number_of(form);
    else
      result.integer = static_cast<int64_t>(*number_of(form));
    return result;
  }
  static Form as_form(const Value& value, DType type) {
    const double real = is_float(type) ? value.real : static_cast<double>(value.integer);
    if (!std::isfinite(real))
      throw NotAffine();
    return number(real);
  }

  static Form computed(const Node& node, const std::vector<Form>& args) {
    const DType type = argument_type(node);
    const Value first = as_value(args[0], type);
    const Value second = args.size() > 1 ? as_value(args[1], type) : Value{};
    return as_form(arithmetic::apply(node.op, node.type, type, first, second), node.type);
  }

  // Between floats the values stay: a matrix is of real numbers.
  static Form cast(const Node& node, Form value) {
    const DType from = node.args[0]->type;
    if (number_of(value))
      return as_form(arithmetic::convert(as_value(value, from), from, node.type), node.type);
    if (is_float(node.type))
      return value;
    return called(std::string(fovea::name_of(node.type)), {value});
  }

  const Definition& definition_;
  int operand_;
  std::vector<std::map<std::vector<int64_t>, Form>> known_;
  int64_t steps_ = 0;
};

LinearMap expand(const Definition& definition, LinearMap map) {
  const int equation = definition.results[static_cast<size_t>(map.result)];
  const Shape shape = definition.equations[static_cast<size_t>(equation)].shape();
  Expansion expansion(definition, map.operand);
  map.matrix.resize(static_cast<size_t>(map.rows * map.columns));
  map.offset.resize(static_cast<size_t>(map.rows));
  std::vector<int64_t> place(static_cast<size_t>(shape.rank()));
  for (int64_t row = 0; row < map.rows; ++row) {
    for (const auto& [column, polynomial] : expansion.element_of(equation, place))
      (column == offset ? map.offset[static_cast<size_t>(row)]
                        : map.matrix[static_cast<size_t>(row * map.columns + column)]) =
          to_string(polynomial);
    for (int d = shape.rank() - 1; d >= 0 && ++place[static_cast<size_t>(d)] == shape[d]; --d)
      place[static_cast<size_t>(d)] = 0;
  }
  return map;
}

} // namespace

bool LinearMap::is_toeplitz() const {
  for (int64_t row = 1; row < rows; ++row)
    for (int64_t column = 1; column < columns; ++column)
      if (at(row, column) != at(row - 1, column - 1))
        return false;
  return rows > 1 && columns > 1;
}

std::optional<LinearMap> linear_map(const Definition& definition, int operand, int result,
                                    int64_t most) {
  const int tensor = definition.tensor_of_equation(definition.results[static_cast<size_t>(result)]);
  const TensorType from = definition.operands[static_cast<size_t>(operand)].type;
  const TensorType to = definition.type_of(tensor);
  const int64_t rows = to.shape.elements(), columns = from.shape.elements();
  if (!is_float(from.dtype) || !is_float(to.dtype) || rows < 1 || columns < 1 ||
      rows > most / columns)
    return std::nullopt;
  try {
    LinearMap map = expand(definition, {operand, result, rows, columns, {}, {}});
    const bool depends =
        std::ranges::any_of(map.matrix, [](const std::string& entry) { return !entry.empty(); });
    return depends ? std::optional(std::move(map)) : std::nullopt;
  } catch (const NotAffine&) {
    return std::nullopt;
  }
}

} // namespace fovea
