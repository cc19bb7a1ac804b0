#include <fovea/definition/definition.hpp>

#include <fmt/format.h>

#include <bit>
#include <cmath>

// Every construct writes its own bracketed or prefixed form, so that the text can be read back in
// one way only: equal texts, equal definitions up to names.
namespace fovea {
namespace {

class Writer {
 public:
  std::string text;

  void definition(const Definition& definition) {
    for (const Operand& operand : definition.operands)
      add("t{}:{};", tensor_++, to_string(operand.type));
    for (const Equation& equation : definition.equations)
      this->equation(equation);
    for (int result : definition.results)
      add("->t{};", definition.tensor_of_equation(result));
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  }

  void ranges(const std::vector<IndexRange>& ranges) {
    for (const IndexRange& range : ranges)
      add("[{}]", range.extent);
  }

  void equation(const Equation& equation) {
    add("t{}:{}", tensor_++, name_of(equation.type));
    ranges(equation.free);
    if (equation.reduction) {
      add("={}:{}", name_of(*equation.reduction), name_of(equation.accumulator));
      ranges(equation.reduced);
    }
    add("=");
    expr(*equation.body);
    add(";");
  }

  void index(const IndexExpr& expr) {
    add("{}", expr.constant);
    for (const IndexTerm& term : expr.terms) {
      add("{:+}", term.coefficient);
      if (term.kind == IndexTerm::Kind::index) {
        add("i{}", term.index);
        continue;
      }
      add("(");
      index(*term.inner);
      add("{}{})", term.kind == IndexTerm::Kind::floor_div ? "/" : "%", term.divisor);
    }
  }

  void subscript(const Subscript& subscript) {
    add("[");
    if (subscript.boundary != Boundary::none)
      add("{} ", name_of(subscript.boundary));
    if (subscript.boundary == Boundary::fill) {
      expr(*subscript.fill);
      add(" ");
    }
    if (subscript.computed)
      expr(*subscript.computed);
    else
      index(subscript.index);
    add("]");
  }

  void constant(const Node& node) {
    if (!is_float(node.type))
      add("{}", node.integer);
    else if (std::isnan(node.constant)) // payloads differ
      add("nan{:x}", std::bit_cast<uint64_t>(node.constant));
    else
      add("{:a}", node.constant);
  }

  void expr(const Node& node) {
    add("({} ", name_of(node.type));
    switch (node.kind) {
    case Node::Kind::constant:
      constant(node);
      break;
    case Node::Kind::index:
      add("index ");
      index(node.index);
      break;
    case Node::Kind::read:
      add("t{}", node.tensor);
      for (const Subscript& subscript : node.subscripts)
        this->subscript(subscript);
      break;
    case Node::Kind::op:
      add("{}", name_of(node.op));
      break;
    case Node::Kind::cast:
      add("cast");
      break;
    case Node::Kind::reduce:
      add("reduce {}", name_of(node.fold));
      for (const DeclaredIndex& reduced : node.reduced)
        add(" i{}", reduced.symbol);
      break;
    }
    for (const Expr& arg : node.args)
      expr(*arg);
    add(")");
  }

  int tensor_ = 0;
};

} // namespace

std::string canonical_text(const Definition& definition) {
  Writer writer;
  writer.definition(definition);
  return std::move(writer.text);
}

} // namespace fovea
