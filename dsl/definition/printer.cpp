#include <fovea/definition/definition.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace fovea {
namespace {

// How tightly a piece of text binds, for minimal parentheses.
enum Binding : int { loosest, either, both, equality, relation, sum, term, unary, primary };

struct Text {
  std::string text;
  Binding binding = primary;

  std::string within(Binding required) const {
    return binding < required ? "(" + text + ")" : text;
  }
};

Binding tighter(Binding binding) {
  return static_cast<Binding>(binding + 1);
}

class NameSet {
 public:
  // `wanted`, with a number after it where it is taken already.
  std::string add(const std::string& wanted) {
    std::string name = wanted;
    for (int k = 2; !taken_.insert(name).second; ++k)
      name = fmt::format("{}_{}", wanted, k);
    return name;
  }

 private:
  std::set<std::string> taken_;
};

std::string number(double value, DType type) {
  return type == DType::f64 ? fmt::format("{}", value)
                            : fmt::format("{}", static_cast<float>(value));
}

// Signed pieces joined: positive ones first, so that "2 - j" does not become "-j + 2".
Text join(std::vector<std::pair<bool, Text>> pieces) {
  std::stable_partition(pieces.begin(), pieces.end(), [](auto& piece) { return !piece.first; });
  if (pieces.size() == 1 && !pieces[0].first)
    return pieces[0].second;
  std::string text;
  for (const auto& [negative, piece] : pieces) {
    if (text.empty())
      text = negative ? "-" : "";
    else
      text += negative ? " - " : " + ";
    text += piece.within(negative ? term : sum);
  }
  return {text, pieces.size() == 1 ? unary : sum};
}

Text print(const IndexExpr& expr, const std::vector<std::string>& names);

Text print_atom(const IndexTerm& atom, const std::vector<std::string>& names) {
  if (atom.kind == IndexTerm::Kind::index) {
    const size_t k = static_cast<size_t>(atom.index);
    return {k < names.size() ? names[k] : fmt::format("i{}", k), primary};
  }
  const char* sign = atom.kind == IndexTerm::Kind::floor_div ? "/" : "%";
  return {fmt::format("{}{}{}", print(*atom.inner, names).within(term), sign, atom.divisor), term};
}

Text print(const IndexExpr& expr, const std::vector<std::string>& names) {
  std::vector<std::pair<bool, Text>> pieces;
  for (const IndexTerm& atom : expr.terms) {
    Text text = print_atom(atom, names);
    const uint64_t size = atom.coefficient < 0 ? -static_cast<uint64_t>(atom.coefficient)
                                               : static_cast<uint64_t>(atom.coefficient);
    if (size != 1)
      text = {fmt::format("{}*{}", size, text.within(unary)), term};
    pieces.emplace_back(atom.coefficient < 0, std::move(text));
  }
  if (expr.constant != 0 || pieces.empty()) {
    std::string digits = fmt::format("{}", expr.constant);
    const bool negative = expr.constant < 0;
    pieces.emplace_back(negative, Text{negative ? digits.substr(1) : digits, primary});
  }
  return join(std::move(pieces));
}

bool is_zero(const Expr& expr) {
  return expr->kind == Node::Kind::constant &&
         (is_float(expr->type) ? expr->constant == 0 && !std::signbit(expr->constant)
                               : expr->integer == 0);
}

// Prints one equation's expressions.
class Printer {
 public:
  Printer(const std::vector<std::string>& tensors, const std::vector<std::string>& indices)
      : tensors_(tensors), indices_(indices) {}

  Text print(const Expr& expr) const {
    switch (expr->kind) {
    case Node::Kind::constant:
      return constant(*expr);
    case Node::Kind::index:
      return fovea::print(expr->index, indices_);
    case Node::Kind::read:
      return {read(*expr)};
    case Node::Kind::op:
      return operation(*expr);
    case Node::Kind::cast:
      return {call(name_of(expr->type), expr->args)};
    case Node::Kind::reduce:
      break;
    }
    std::vector<std::string> over;
    for (int index : expr->reduced)
      over.push_back(fovea::print(IndexExpr::of(index), indices_).text);
    return {fmt::format("{}({}) {}", name_of(expr->reduce), fmt::join(over, ", "),
                        print(expr->args[0]).within(term)),
            loosest};
  }

 private:
  static Text constant(const Node& node) {
    std::string text = "true";
    if (is_float(node.type))
      text = number(node.constant, node.type);
    else if (node.type != DType::boolean)
      text = fmt::format("{}", node.integer);
    else if (node.integer == 0)
      text = "false";
    return {text, text[0] == '-' ? unary : primary};
  }

  std::string call(std::string_view function, const std::vector<Expr>& args) const {
    std::vector<std::string> texts;
    for (const Expr& arg : args)
      texts.push_back(print(arg).text);
    return fmt::format("{}({})", function, fmt::join(texts, ", "));
  }

  std::string read(const Node& node) const {
    std::vector<std::string> texts;
    for (const Subscript& subscript : node.subscripts)
      texts.push_back(print(subscript));
    const size_t k = static_cast<size_t>(node.tensor);
    const std::string name = k < tensors_.size() ? tensors_[k] : fmt::format("t{}", k);
    return texts.empty() ? name : fmt::format("{}({})", name, fmt::join(texts, ", "));
  }

  // A computed index that is clamped stands alone: that is what it means without a rule.
  std::string print(const Subscript& subscript) const {
    const std::string index = subscript.computed ? print(subscript.computed).text
                                                 : fovea::print(subscript.index, indices_).text;
    if (subscript.boundary == (subscript.computed ? Boundary::clamp : Boundary::none))
      return index;
    if (subscript.boundary != Boundary::fill)
      return fmt::format("{}({})", name_of(subscript.boundary), index);
    return is_zero(subscript.fill) ? fmt::format("zero({})", index)
                                   : fmt::format("fill({}, {})", print(subscript.fill).text, index);
  }

  Text infix(const Node& node, const char* sign, Binding binding) const {
    // Left-associative; relations do not chain at all.
    const bool chains = binding != equality && binding != relation;
    return {fmt::format("{} {} {}", print(node.args[0]).within(chains ? binding : tighter(binding)),
                        sign, print(node.args[1]).within(tighter(binding))),
            binding};
  }

  Text operation(const Node& node) const {
    switch (node.op) {
    case ScalarOp::add:
      return infix(node, "+", sum);
    case ScalarOp::sub:
      return infix(node, "-", sum);
    case ScalarOp::mul:
      return infix(node, "*", term);
    case ScalarOp::div:
      return infix(node, "/", term);
    case ScalarOp::less:
      return infix(node, "<", relation);
    case ScalarOp::less_equal:
      return infix(node, "<=", relation);
    case ScalarOp::equal:
      return infix(node, "==", equality);
    case ScalarOp::not_equal:
      return infix(node, "!=", equality);
    case ScalarOp::logical_and:
      return infix(node, "&&", both);
    case ScalarOp::logical_or:
      return infix(node, "||", either);
    case ScalarOp::neg:
      return {"-" + print(node.args[0]).within(primary), unary};
    case ScalarOp::logical_not:
      return {"!" + print(node.args[0]).within(primary), unary};
    default:
      return {call(name_of(node.op), node.args)};
    }
  }

  const std::vector<std::string>&tensors_, &indices_;
};

// "sum(l, m) "; names the accumulator where it is not the usual one.
std::string reduction_text(const Equation& equation, const std::vector<std::string>& indices) {
  if (!equation.reduction)
    return "";
  std::string type;
  const bool accumulates =
      *equation.reduction == ReduceKind::sum || *equation.reduction == ReduceKind::product;
  if (accumulates && equation.accumulator != accumulator_of(equation.body->type))
    type = fmt::format("<{}>", name_of(equation.accumulator));
  return fmt::format("{}{}({}) ", name_of(*equation.reduction), type,
                     fmt::join(indices.begin() + static_cast<ptrdiff_t>(equation.free.size()),
                               indices.end(), ", "));
}

std::string equation_text(const Equation& equation, const std::string& name,
                          const std::vector<std::string>& tensors) {
  NameSet names;
  std::vector<std::string> indices;
  std::string ranges;
  for (const auto* list : {&equation.free, &equation.reduced})
    for (const IndexRange& range : *list) {
      indices.push_back(
          names.add(range.name.empty() ? fmt::format("i{}", indices.size()) : range.name));
      ranges += fmt::format("{}{}<{}", ranges.empty() ? "   " : " ", indices.back(), range.extent);
    }
  const Text body = Printer(tensors, indices).print(equation.body);
  std::string left = name;
  if (!equation.free.empty())
    left += fmt::format(
        "({})", fmt::join(indices.begin(),
                          indices.begin() + static_cast<ptrdiff_t>(equation.free.size()), ", "));
  return fmt::format("{} = {}{}{}", left, reduction_text(equation, indices),
                     equation.reduction ? body.within(term) : body.text, ranges);
}

} // namespace

// The results stand behind an arrow, unless there is just one and it is the last equation.
std::string to_string(const Definition& definition) {
  NameSet names;
  std::vector<std::string> tensors, operands, results;
  for (const Operand& operand : definition.operands) {
    tensors.push_back(
        names.add(operand.name.empty() ? fmt::format("t{}", tensors.size()) : operand.name));
    operands.push_back(fmt::format("{}: {}", tensors.back(), to_string(operand.type)));
  }
  for (const Equation& equation : definition.equations)
    tensors.push_back(
        names.add(equation.name.empty() ? fmt::format("t{}", tensors.size()) : equation.name));
  for (int result : definition.results)
    results.push_back(tensors[static_cast<size_t>(definition.tensor_of_equation(result))]);

  std::string text = fmt::format("{}({})", definition.name, fmt::join(operands, ", "));
  const int last = static_cast<int>(definition.equations.size()) - 1;
  if (definition.results != std::vector<int>{last})
    text += fmt::format(" -> {}", fmt::join(results, ", "));
  for (size_t e = 0; e < definition.equations.size(); ++e)
    text += "\n" + equation_text(definition.equations[e], tensors[definition.operands.size() + e],
                                 tensors);
  return text + "\n";
}

} // namespace fovea
