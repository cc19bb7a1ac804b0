#include "passes/hoist.hpp"

#include <fovea/equation/expression.hpp>

#include <algorithm>
#include <set>

namespace fovea::passes {
namespace {

Expr node_of(Node node) {
  return std::make_shared<const Node>(std::move(node));
}

// X * scale + shift, in float64; a missing one is 0.
struct Affine {
  Expr scale, shift;
};

class Hoister {
 public:
  Hoister(const Definition& whole, const std::vector<bool>& known)
      : whole_(whole), equation_(whole.equations[0]), known_(known) {}

  std::optional<Hoisted> run(bool reassociate) {
    if (reassociate && equation_.type == DType::f32)
      if (const Expr body = reassociated(); body && count(body) < count(equation_.body))
        equation_.body = body;
    equation_.body = hoisted(equation_.body);
    if (result_.parts.empty())
      return std::nullopt;
    return finished();
  }

 private:
  bool is_known(const Node& read) const { return known_[static_cast<size_t>(read.tensor)]; }
  // Does it depend on what is not known, or on where it stands?
  bool varies(const Expr& expr) const {
    bool found = false;
    for_each_node(expr, [&](const Node& node) {
      found |= (node.kind == Node::Kind::read && !is_known(node)) || node.kind == Node::Kind::index;
    });
    return found;
  }
  // Operations that are left for each element.
  int count(const Expr& expr) const {
    if (!varies(expr))
      return 0;
    int sum = expr->kind == Node::Kind::op;
    for (const Expr& arg : expr->args)
      sum += count(arg);
    return sum;
  }

  // --- X * a + b ---------------------------------------------------------------------------------

  static Expr combine(ScalarOp op, const Expr& a, const Expr& b) {
    return make_operation(op, {a, b});
  }
  static Expr add(const Expr& a, const Expr& b) {
    return !a ? b : !b ? a : combine(ScalarOp::add, a, b);
  }
  static Expr negated(const Expr& a) { return a ? make_operation(ScalarOp::neg, {a}) : a; }

  // The same in float64; null where that might be something else.
  static Expr in_double(const Expr& expr) {
    if (expr->type != DType::f32)
      return nullptr;
    if (expr->kind == Node::Kind::read)
      return fovea::make_cast(expr, DType::f64);
    if (expr->kind == Node::Kind::constant)
      return make_constant(static_cast<double>(static_cast<float>(expr->constant)), DType::f64);
    if (expr->kind != Node::Kind::op)
      return nullptr;
    std::vector<Expr> args;
    for (const Expr& arg : expr->args) {
      args.push_back(in_double(arg));
      if (!args.back())
        return nullptr;
    }
    return make_operation(expr->op, std::move(args));
  }

  std::optional<Affine> affine(const Expr& expr) {
    if (!varies(expr)) {
      const Expr shift = in_double(expr);
      return shift ? std::optional<Affine>({nullptr, shift}) : std::nullopt;
    }
    if (expr->kind == Node::Kind::read && expr->type == DType::f32) {
      if (variable_ && canonical(*variable_) != canonical(*expr))
        return std::nullopt; // another operand
      variable_ = expr;
      return Affine{make_constant(1, DType::f64), nullptr};
    }
    if (expr->kind != Node::Kind::op || expr->args.size() > 2)
      return std::nullopt;
    const std::optional<Affine> a = affine(expr->args[0]);
    const std::optional<Affine> b = expr->args.size() > 1 ? affine(expr->args[1]) : Affine{};
    if (!a || !b)
      return std::nullopt;
    switch (expr->op) {
    case ScalarOp::neg:
      return Affine{negated(a->scale), negated(a->shift)};
    case ScalarOp::add:
      return Affine{add(a->scale, b->scale), add(a->shift, b->shift)};
    case ScalarOp::sub:
      return Affine{add(a->scale, negated(b->scale)), add(a->shift, negated(b->shift))};
    case ScalarOp::mul:
      if (b->scale && !a->scale)
        return scaled(ScalarOp::mul, *b, a->shift);
      return b->scale ? std::nullopt : scaled(ScalarOp::mul, *a, b->shift);
    case ScalarOp::div:
      return b->scale ? std::nullopt : scaled(ScalarOp::div, *a, b->shift);
    default:
      return std::nullopt;
    }
  }

  static std::optional<Affine> scaled(ScalarOp op, const Affine& a, const Expr& factor) {
    const auto by = [&](const Expr& part) { return part ? combine(op, part, factor) : part; };
    return Affine{by(a.scale), by(a.shift)};
  }

  // Which element of which operand.
  static std::pair<int, std::vector<int>> canonical(const Node& read) {
    std::vector<int> indices;
    for (const Subscript& subscript : read.subscripts)
      indices.push_back(subscript.index.terms.empty() ? -1 : subscript.index.terms[0].index);
    return {read.tensor, indices};
  }

  Expr reassociated() {
    const std::optional<Affine> form = affine(equation_.body);
    if (!form || !form->scale || !variable_)
      return nullptr;
    const auto single = [](const Expr& value) { return fovea::make_cast(value, DType::f32); };
    const Expr product = combine(ScalarOp::mul, variable_, single(form->scale));
    return form->shift ? combine(ScalarOp::add, product, single(form->shift)) : product;
  }

  // --- parts -------------------------------------------------------------------------------------

  // With the largest subexpressions of weights alone read from parts.
  Expr hoisted(const Expr& expr) {
    if (varies(expr)) {
      Node node = *expr;
      for (Expr& arg : node.args)
        arg = hoisted(arg);
      return node_of(std::move(node));
    }
    const bool computes = expr->kind == Node::Kind::op || expr->kind == Node::Kind::cast;
    const std::set<int> used = indices_of(expr);
    if (!computes || used.empty() || used.size() >= equation_.free.size())
      return expr;
    return part_of(expr, {used.begin(), used.end()});
  }

  static std::set<int> indices_of(const Expr& expr) {
    std::set<int> used;
    for_each_node(expr, [&](const Node& node) {
      for (const Subscript& subscript : node.subscripts)
        for (const IndexTerm& term : subscript.index.terms)
          used.insert(term.index);
    });
    return used;
  }

  Expr part_of(const Expr& expr, const std::vector<int>& used) {
    const auto known = std::find(dimensions_.begin(), dimensions_.end(), used);
    const size_t number = static_cast<size_t>(known - dimensions_.begin());
    if (known == dimensions_.end()) {
      dimensions_.push_back(used);
      result_.parts.push_back({{whole_.name + "_weights", {}, {}, {}}, {}});
    }
    Hoisted::Part& part = result_.parts[number];
    Equation own;
    own.type = own.accumulator = expr->type;
    for (const int k : used)
      own.free.push_back(equation_.free[static_cast<size_t>(k)]);
    own.body = rebuild(expr, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::read) {
        node.tensor = number_in(part, node.tensor);
        for (Subscript& subscript : node.subscripts)
          if (!subscript.index.is_constant())
            subscript.index = IndexExpr::of(static_cast<int>(
                std::find(used.begin(), used.end(), subscript.index.terms[0].index) -
                used.begin()));
      }
      return node_of(std::move(node));
    });
    const int result = static_cast<int>(part.definition.results.size());
    own.name = "W" + std::to_string(result_.sources.size());
    part.definition.equations.push_back(std::move(own));
    part.definition.results.push_back(result);

    Node read;
    read.kind = Node::Kind::read;
    read.type = expr->type;
    read.tensor = -1 - static_cast<int>(result_.sources.size()); // until operands are numbered
    for (const int k : used)
      read.subscripts.push_back({IndexExpr::of(k), Boundary::none, nullptr});
    result_.sources.push_back({static_cast<int>(number), result});
    return node_of(std::move(read));
  }

  int number_in(Hoisted::Part& part, int tensor) const {
    const auto found = std::find(part.operands.begin(), part.operands.end(), tensor);
    if (found != part.operands.end())
      return static_cast<int>(found - part.operands.begin());
    part.operands.push_back(tensor);
    part.definition.operands.push_back(whole_.operands[static_cast<size_t>(tensor)]);
    return static_cast<int>(part.operands.size()) - 1;
  }

  Hoisted finished() {
    std::vector<int> numbers(whole_.operands.size(), -1);
    Definition& rest = result_.rest;
    rest.name = whole_.name;
    for_each_node(equation_.body, [&](const Node& node) {
      if (node.kind == Node::Kind::read && node.tensor >= 0)
        numbers[static_cast<size_t>(node.tensor)] = 0;
    });
    for (size_t k = 0; k < numbers.size(); ++k)
      if (numbers[k] == 0) {
        numbers[k] = static_cast<int>(result_.kept.size());
        result_.kept.push_back(static_cast<int>(k));
        rest.operands.push_back(whole_.operands[k]);
      }
    const int kept = static_cast<int>(result_.kept.size());
    for (const Hoisted::Source& source : result_.sources) {
      const Equation& own = result_.parts[static_cast<size_t>(source.part)]
                                .definition.equations[static_cast<size_t>(source.result)];
      rest.operands.push_back({own.name, {own.type, own.shape()}});
    }
    equation_.body = rebuild(equation_.body, [&](Node node) -> Expr {
      if (node.kind == Node::Kind::read)
        node.tensor =
            node.tensor < 0 ? kept - 1 - node.tensor : numbers[static_cast<size_t>(node.tensor)];
      return node_of(std::move(node));
    });
    rest.equations = {std::move(equation_)};
    rest.results = {0};
    return std::move(result_);
  }

  const Definition& whole_;
  Equation equation_;
  const std::vector<bool>& known_;
  Expr variable_;                            // the read of X
  std::vector<std::vector<int>> dimensions_; // of each part: the whole's indices
  Hoisted result_;
};

} // namespace

std::optional<Hoisted> hoist_known(const Definition& definition, const std::vector<bool>& known,
                                   bool reassociate) {
  if (definition.equations.size() != 1 || definition.results.size() != 1 ||
      !is_pointwise(definition))
    return std::nullopt;
  return Hoister(definition, known).run(reassociate);
}

} // namespace fovea::passes
