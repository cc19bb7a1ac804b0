// The walk over a system's tree.
#include "dsl/definition/printer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace fovea::notation {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class NameSet {
 public:
  // `wanted` as a name of the language, with a number after it where it is taken already.
  std::string add(const std::string& wanted) {
    std::string base;
    for (char c : wanted)
      base += is_word(c) ? c : '_';
    if (base.empty() || (base[0] >= '0' && base[0] <= '9'))
      base = "t" + base;
    std::string name = base;
    for (int k = 2; is_reserved(name) || !taken_.insert(name).second; ++k)
      name = fmt::format("{}_{}", base, k);
    return name;
  }

 private:
  std::set<std::string> taken_;
};

// Writes an index expression; `name` gives an index's.
class IndexWriter {
 public:
  IndexWriter(const Notation& notation, const std::function<std::string(int)>& name)
      : notation_(notation), name_(name) {}

  // Positive pieces first, so that "2 - j" does not become "-j + 2".
  Text write(const IndexExpr& expr) const {
    struct Piece {
      bool negative;
      Text text, negated;
    };
    std::vector<Piece> pieces;
    const auto add = [&](bool negative, const Text& text, const Text& within_minus) {
      pieces.push_back({negative, text, notation_.negative(within_minus)});
    };
    for (const IndexTerm& atom : expr.terms) {
      const bool negative = atom.coefficient < 0;
      const auto bits = static_cast<uint64_t>(atom.coefficient);
      const uint64_t size = negative ? -bits : bits;
      const Text text = write_atom(atom);
      const Text multiple = size == 1 ? text : notation_.multiple(size, text);
      // -(i/2) is not -i/2, which is (-i)/2; -2*(i/2) is the same either way.
      add(negative, multiple, size == 1 ? notation_.within(text, unary) : multiple);
    }
    if (expr.constant != 0 || pieces.empty()) {
      const std::string digits = fmt::format("{}", expr.constant);
      const bool negative = expr.constant < 0;
      const Text size = notation_.integer(negative ? digits.substr(1) : digits);
      add(negative, size, size);
    }
    std::stable_partition(pieces.begin(), pieces.end(),
                          [](const Piece& piece) { return !piece.negative; });
    Text sum = pieces[0].negative ? pieces[0].negated : pieces[0].text;
    for (size_t k = 1; k < pieces.size(); ++k)
      sum = notation_.infix(pieces[k].negative ? Sign::minus : Sign::plus, sum, pieces[k].text);
    return sum;
  }

 private:
  Text write_atom(const IndexTerm& atom) const {
    if (atom.kind == IndexTerm::Kind::index)
      return notation_.name(name_(atom.index));
    const Text inner = write(*atom.inner);
    return atom.kind == IndexTerm::Kind::floor_div ? notation_.floor_div(inner, atom.divisor)
                                                   : notation_.modulo(inner, atom.divisor);
  }

  const Notation& notation_;
  const std::function<std::string(int)>& name_;
};

bool is_zero(const Expr& expr) {
  return expr->kind == Node::Kind::constant &&
         (is_float(expr->type) ? expr->constant == 0 && !std::signbit(expr->constant)
                               : expr->integer == 0 && expr->type != DType::boolean);
}

// A number takes its type from what stands beside it; all else has one.
bool is_number(const Expr& expr) {
  return expr->kind == Node::Kind::constant && expr->type != DType::boolean;
}

// The type of numbers where nothing says another.
constexpr DType usual = DType::f32;

std::optional<Sign> sign_of(ScalarOp op) {
  switch (op) {
  case ScalarOp::add:
    return Sign::plus;
  case ScalarOp::sub:
    return Sign::minus;
  case ScalarOp::mul:
    return Sign::times;
  case ScalarOp::div:
    return Sign::divide;
  case ScalarOp::less:
    return Sign::less;
  case ScalarOp::less_equal:
    return Sign::less_equal;
  case ScalarOp::equal:
    return Sign::equal;
  case ScalarOp::not_equal:
    return Sign::not_equal;
  case ScalarOp::logical_and:
    return Sign::both;
  case ScalarOp::logical_or:
    return Sign::either;
  default:
    return std::nullopt;
  }
}

// Infix arithmetic of numbers alone, which the language takes for a number.
bool folds(const Node& node) {
  const bool arithmetic = node.op == ScalarOp::neg || node.op == ScalarOp::add ||
                          node.op == ScalarOp::sub || node.op == ScalarOp::mul ||
                          node.op == ScalarOp::div;
  return arithmetic && std::all_of(node.args.begin(), node.args.end(), is_number);
}

// Says the text of `expr` which type it has, wherever it stands?
bool has_own_type(const Expr& expr) {
  if (expr->kind == Node::Kind::reduce)
    return expr->type != expr->args[0]->type || has_own_type(expr->args[0]);
  if (expr->kind != Node::Kind::op || expr->type == DType::boolean || folds(*expr))
    return !is_number(expr);
  const auto first = expr->args.begin() + (expr->op == ScalarOp::select ? 1 : 0);
  return std::any_of(first, expr->args.end(), has_own_type);
}

// Writes one equation.
class LineWriter {
 public:
  LineWriter(const Notation& notation, const std::vector<std::string>& tensors,
             const NameSet& names)
      : notation_(notation), tensors_(tensors), index_names_(names) {}

  WrittenEquation write(const Outline::Line& line, const std::string& name) {
    std::vector<WrittenSubscript> left;
    for (const DeclaredIndex& index : line.left)
      left.push_back({notation_.name(declare(index)), Boundary::none, false, {}});
    result_.tensor = notation_.name(name);
    result_.left = notation_.read(result_.tensor, left);
    result_.right = write(line.body, line.body->type == usual);
    for (auto& [tensor, rule, dimensions] : rules_)
      if (std::string note =
              notation_.note(tensor, rule, fmt::format("{}", fmt::join(dimensions, ", ")));
          !note.empty())
        result_.notes.push_back(std::move(note));
    return std::move(result_);
  }

 private:
  // The name of an index from here on. One symbol may be bound by reductions beside each other,
  // with ranges of their own.
  std::string declare(const DeclaredIndex& index) {
    for (const auto& [name, before] : declared_)
      if (before.symbol == index.symbol && before.extent == index.extent)
        return names_[index.symbol] = name;
    const std::string wanted =
        index.name.empty() ? fmt::format("i{}", declared_.size()) : index.name;
    const std::string name = index_names_.add(wanted);
    declared_.emplace_back(name, index);
    if (index.extent >= 0)
      result_.ranges.emplace_back(notation_.name(name), index.extent);
    return names_[index.symbol] = name;
  }

  Text write_index(const IndexExpr& expr) const {
    const std::function<std::string(int)> name = [&](int symbol) {
      const auto found = names_.find(symbol);
      return found == names_.end() ? fmt::format("i{}", symbol) : found->second;
    };
    return IndexWriter(notation_, name).write(expr);
  }

  // `known`: what stands around says which type numbers have that are alone among themselves.
  Text write(const Expr& expr, bool known) {
    switch (expr->kind) {
    case Node::Kind::constant:
      return known || !is_number(expr) ? constant(*expr)
                                       : notation_.typed(expr->type, constant(*expr));
    case Node::Kind::index:
      return notation_.value(write_index(expr->index));
    case Node::Kind::read:
      return read(*expr);
    case Node::Kind::op:
      return operation(*expr, known);
    case Node::Kind::cast:
      return notation_.cast(expr->type, write(expr->args[0], false));
    case Node::Kind::reduce:
      break;
    }
    const std::map<int, std::string> outside = names_;
    std::vector<Text> over;
    for (const DeclaredIndex& index : expr->reduced)
      over.push_back(notation_.name(declare(index)));
    const Expr& body = expr->args[0];
    const Text text = write(body, expr->type == body->type ? known : body->type == usual);
    names_ = outside;
    return notation_.reduction(expr->fold, expr->accumulator, over, text);
  }

  Text constant(const Node& node) const {
    if (is_float(node.type))
      return notation_.number(node.constant);
    if (node.type == DType::boolean)
      return notation_.truth(node.integer != 0);
    const std::string digits = fmt::format("{}", node.integer);
    return node.integer < 0 ? notation_.negative(notation_.integer(digits.substr(1)))
                            : notation_.integer(digits);
  }

  Text read(const Node& node) {
    const size_t number = static_cast<size_t>(node.tensor);
    const Text tensor =
        notation_.name(number < tensors_.size() ? tensors_[number] : fmt::format("t{}", number));
    std::vector<WrittenSubscript> subscripts;
    for (size_t d = 0; d < node.subscripts.size(); ++d) {
      subscripts.push_back(subscript(node.subscripts[d]));
      note_rule(tensor, subscripts.back(), static_cast<int>(d));
    }
    return notation_.read(tensor, subscripts);
  }

  // A computed index that is clamped stands alone: that is what it means without a rule.
  WrittenSubscript subscript(const Subscript& subscript) {
    WrittenSubscript result;
    result.text =
        subscript.computed ? write(subscript.computed, false) : write_index(subscript.index);
    if (subscript.boundary != (subscript.computed ? Boundary::clamp : Boundary::none))
      result.boundary = subscript.boundary;
    if (result.boundary == Boundary::fill) {
      result.zero = is_zero(subscript.fill);
      result.fill = write(subscript.fill, true);
    }
    return result;
  }

  void note_rule(const Text& tensor, const WrittenSubscript& rule, int dimension) {
    if (rule.boundary == Boundary::none)
      return;
    for (Rule& other : rules_)
      if (other.tensor.text == tensor.text && other.rule.boundary == rule.boundary &&
          other.rule.fill.text == rule.fill.text) {
        other.dimensions.insert(dimension);
        return;
      }
    rules_.push_back({tensor, rule, {dimension}});
  }

  Text operation(const Node& node, bool known) {
    const std::optional<Sign> sign = sign_of(node.op);
    const size_t first = node.op == ScalarOp::select ? 1 : 0;
    if (node.type == DType::boolean) // of a comparison's operands nothing outside says the type
      known = argument_type(node) == usual;
    for (size_t k = first; k < node.args.size(); ++k)
      known = known || has_own_type(node.args[k]);
    // Arithmetic of numbers alone would be a number.
    if (folds(node))
      known = false;
    std::vector<Text> args;
    for (size_t k = 0; k < node.args.size(); ++k)
      args.push_back(write(node.args[k], known || k > first));
    if (sign)
      return notation_.infix(*sign, args[0], args[1]);
    if (node.op == ScalarOp::neg)
      return notation_.negative(notation_.within(args[0], primary));
    if (node.op == ScalarOp::logical_not)
      return notation_.negation(notation_.within(args[0], primary));
    return notation_.call(node.op, args);
  }

  struct Rule {
    Text tensor;
    WrittenSubscript rule;
    std::set<int> dimensions;
  };
  const Notation& notation_;
  const std::vector<std::string>& tensors_;
  NameSet index_names_;
  std::vector<std::pair<std::string, DeclaredIndex>> declared_;
  std::map<int, std::string> names_; // by symbol, here
  std::vector<Rule> rules_;
  WrittenEquation result_;
};

// The lines that no other line reads.
std::vector<int> unread(const Outline& outline) {
  std::set<int> read;
  for (const Outline::Line& line : outline.lines)
    for_each_node(line.body, [&](const Node& node) {
      if (node.kind == Node::Kind::read)
        read.insert(node.tensor - static_cast<int>(outline.operands.size()));
    });
  std::vector<int> lines;
  for (int k = 0; k < static_cast<int>(outline.lines.size()); ++k)
    if (!read.count(k))
      lines.push_back(k);
  return lines;
}

} // namespace

Binding binding_of(Sign sign) {
  static constexpr Binding bindings[] = {sum,      sum,      term,     term, relation,
                                         relation, equality, equality, both, either};
  return bindings[static_cast<size_t>(sign)];
}

std::string index_text(const IndexExpr& expr, const std::vector<std::string>& names) {
  const std::function<std::string(int)> name = [&](int index) {
    const size_t k = static_cast<size_t>(index);
    return k < names.size() ? names[k] : fmt::format("i{}", k);
  };
  return IndexWriter(plain_notation(), name).write(expr).text;
}

std::string digits_of(double value) {
  return fmt::format("{}", value);
}

std::string_view words_of(Boundary boundary) {
  switch (boundary) {
  case Boundary::clamp:
    return "repeats its edge beyond";
  case Boundary::reflect:
    return "is mirrored at the ends of";
  case Boundary::wrap:
    return "is periodic in";
  default:
    return "";
  }
}

Outline outline_of(const Definition& definition) {
  Outline outline{definition.name, {}, {}, definition.results};
  for (const Operand& operand : definition.operands)
    outline.operands.emplace_back(operand.name, to_string(operand.type));
  for (const Equation& equation : definition.equations) {
    int symbol = 0;
    const auto declared = [&](const std::vector<IndexRange>& ranges) {
      std::vector<DeclaredIndex> indices;
      for (const IndexRange& range : ranges)
        indices.push_back({symbol++, range.extent, range.name});
      return indices;
    };
    Outline::Line line{equation.name, declared(equation.free), equation.body};
    if (equation.reduction) {
      Node node;
      node.kind = Node::Kind::reduce;
      node.type = equation.type;
      node.fold = static_cast<Fold>(*equation.reduction);
      node.reduced = declared(equation.reduced);
      const bool accumulates =
          *equation.reduction == ReduceKind::sum || *equation.reduction == ReduceKind::product;
      if (accumulates && equation.accumulator != accumulator_of(equation.body->type))
        node.accumulator = equation.accumulator;
      node.args = {equation.body};
      line.body = std::make_shared<const Node>(std::move(node));
    }
    outline.lines.push_back(std::move(line));
  }
  return outline;
}

namespace {

struct Written {
  WrittenHeader header;
  std::vector<WrittenEquation> equations;
};

Written lay_out(const Outline& outline, const Notation& notation) {
  NameSet names, scalars;
  Written result{{outline.name, {}, {}}, {}};
  std::vector<std::string> tensors;
  const auto add = [&](const std::string& name) {
    tensors.push_back(names.add(name.empty() ? fmt::format("t{}", tensors.size()) : name));
  };
  for (const auto& [name, type] : outline.operands) {
    add(name);
    result.header.operands.emplace_back(tensors.back(), type);
  }
  for (const Outline::Line& line : outline.lines)
    add(line.name);
  // A bare name that is an index is one, whatever else it names.
  for (const Outline::Line& line : outline.lines)
    for_each_node(line.body, [&](const Node& node) {
      const size_t number = static_cast<size_t>(node.tensor);
      if (node.kind == Node::Kind::read && node.subscripts.empty() && number < tensors.size())
        scalars.add(tensors[number]);
    });
  const size_t count = outline.operands.size();
  if (outline.results != unread(outline))
    for (int line : outline.results)
      result.header.results.push_back(tensors[count + static_cast<size_t>(line)]);
  for (size_t k = 0; k < outline.lines.size(); ++k)
    result.equations.push_back(
        LineWriter(notation, tensors, scalars).write(outline.lines[k], tensors[count + k]));
  return result;
}

} // namespace

std::string written(const Outline& outline, const Notation& notation) {
  const Written parts = lay_out(outline, notation);
  return notation.system(parts.header, parts.equations);
}

std::vector<WrittenEquation> written_lines(const Outline& outline, const Notation& notation) {
  return lay_out(outline, notation).equations;
}

} // namespace fovea::notation

std::string fovea::to_string(const Definition& definition) {
  return notation::written(notation::outline_of(definition), notation::plain_notation());
}
