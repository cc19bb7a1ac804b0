#include "compiler/kernels/selections.hpp"

#include "compiler/kernels/reach.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::kernels {
namespace {

constexpr size_t most_reads = 1000; // a limit to how long this takes

bool is_extremum(const Node& node) {
  return node.kind == Node::Kind::op && (node.op == ScalarOp::max || node.op == ScalarOp::min);
}

bool is_number(const Node& node) {
  return node.kind == Node::Kind::constant && !std::isnan(node.constant);
}

bool is_plain(const Node& read) {
  return std::ranges::all_of(read.subscripts, [](const Subscript& subscript) {
    return subscript.boundary == Boundary::none && !subscript.computed;
  });
}

// Do minima and maxima of elements and numbers make the whole of the expression?
bool only_chooses(const Expr& expr, DType type) {
  if (expr->type != type)
    return false;
  if (is_extremum(*expr))
    return std::ranges::all_of(expr->args,
                               [&](const Expr& arg) { return only_chooses(arg, type); });
  return is_number(*expr) || (expr->kind == Node::Kind::read && is_plain(*expr));
}

bool is_selection(const Equation& equation) {
  return !equation.reduction && (equation.type == DType::f32 || equation.type == DType::f64) &&
         only_chooses(equation.body, equation.type);
}

// Between two that may both be NaN.
size_t choices_of(const Expr& body) {
  size_t choices = 0;
  for_each_node(body, [&](const Node& node) {
    choices += is_extremum(node) && std::ranges::none_of(node.args, [](const Expr& arg) {
                 return arg->kind == Node::Kind::constant;
               });
  });
  return choices;
}

class Finder {
 public:
  explicit Finder(const Definition& stages)
      : stages_(stages), operands_(static_cast<int>(stages.operands.size())) {}

  // Who reads an equation stands behind it.
  Selections run() {
    const size_t count = stages_.equations.size();
    result_.kinds.assign(count, Selections::Kind::none);
    result_.elements.resize(count);
    for (const Equation& equation : stages_.equations)
      is_selection_.push_back(is_selection(equation));
    std::vector<bool> is_needed(count, false); // with its NaN
    for (const int result : stages_.results)
      is_needed[static_cast<size_t>(result)] = true;
    for (size_t e = count; e-- > 0;) {
      if (is_selection_[e]) {
        result_.kinds[e] = !is_needed[e] ? Selections::Kind::within
                           : pays(e)     ? Selections::Kind::whole
                                         : Selections::Kind::none;
      }
      if (result_.kinds[e] == Selections::Kind::none)
        for_each_node(stages_.equations[e].body, [&](const Node& node) {
          if (node.kind == Node::Kind::read && node.tensor >= operands_)
            is_needed[static_cast<size_t>(node.tensor - operands_)] = true;
        });
    }
    const auto is_within = [&](size_t read) {
      return result_.kinds[read] == Selections::Kind::within;
    };
    for (size_t e = 0; e < count; ++e)
      if (result_.kinds[e] == Selections::Kind::whole)
        result_.elements[e] = reach_of(stages_, e, is_within, most_reads).elements;
    return std::move(result_);
  }

 private:
  // A choice that looks for NaN has two instructions more; one looks at two elements.
  bool pays(size_t e) const {
    const Reach reach = reach_of(
        stages_, e, [&](size_t read) { return is_selection_[read]; }, most_reads);
    size_t choices = choices_of(stages_.equations[e].body);
    for (const Expr& read : reach.within)
      choices += choices_of(stages_.equations[static_cast<size_t>(read->tensor - operands_)].body);
    return reach.is_complete && 2 * choices > reach.elements.size() / 2 + 1;
  }

  const Definition& stages_;
  const int operands_;
  std::vector<bool> is_selection_;
  Selections result_;
};

} // namespace

Selections selections_of(const Definition& stages) {
  return Finder(stages).run();
}

} // namespace fovea::kernels
