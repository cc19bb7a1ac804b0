#include "compiler/kernels/narrow_stages.hpp"

#include "compiler/kernels/access.hpp"
#include "compiler/kernels/placement.hpp"

#include <algorithm>

namespace fovea::kernels {
namespace {

using From = IntegerValue::From;

// Nothing would be computed: only the type changes.
bool is_element(const Node& node) {
  return node.kind == Node::Kind::read ||
         (node.kind == Node::Kind::cast && is_element(*node.args[0]));
}
bool is_number(const Node& node) {
  return node.kind == Node::Kind::constant || node.kind == Node::Kind::index;
}

bool is_own_element(const Node& read, const Equation& equation) {
  if (equation.reduction || read.subscripts.size() != equation.free.size())
    return false;
  for (size_t k = 0; k < read.subscripts.size(); ++k)
    if (!read.subscripts[k].index.is_index(static_cast<int>(k)) || read.subscripts[k].computed)
      return false;
  return true;
}

} // namespace

// All stages whose elements are integers are kept as such, but for those that some other stage
// would then have to convert again and again.
class Narrower {
 public:
  Narrower(const Definition& stages, NarrowStages& result) : stages_(stages), result_(result) {}

  void run() {
    const size_t count = stages_.equations.size();
    for (size_t e = 0; e < count; ++e) {
      const std::optional<IntegerRange>& range = result_.ranges_.of_elements(e);
      const DType type = equation(e).type;
      result_.kept_.push_back(
          range && !is_result(stages_, e) && !range->negative_zero && type != DType::boolean &&
          (range->bytes() < size_of(type) || (is_float(type) && range->bytes() == size_of(type))));
    }
    result_.integers_.resize(count);
    const bool any = std::ranges::count(result_.kept_, true) > 0;
    for (bool changed = any; changed;) {
      find_integers();
      changed = false;
      for (size_t e = 0; e < count; ++e)
        if (result_.kept_[e] && (converted_[e] || !is_by_integers(e, *equation(e).body))) {
          result_.kept_[e] = false;
          changed = true;
        }
    }
    if (!any)
      find_integers();
    for (size_t e = 0; e < count; ++e)
      add_widths(e);
  }

 private:
  const Equation& equation(size_t e) const { return stages_.equations[e]; }

  bool is_by_integers(size_t e, const Node& node) const {
    return result_.integers_[e].contains(&node);
  }

  // By which the values are computed that the equations need, and how.
  void find_integers() {
    converted_.assign(stages_.equations.size(), false);
    needed_.assign(stages_.equations.size(), {});
    for (size_t e = 0; e < stages_.equations.size(); ++e) {
      visited_.clear();
      result_.integers_[e].clear();
      mark_integers(e, equation(e).body);
      if (result_.is_body_by_integers(e, equation(e)))
        need_integer(e, equation(e).body);
      else
        need(e, equation(e).body);
    }
  }

  void mark_integers(size_t e, const Expr& expr) {
    for (const Expr& arg : expr->args)
      mark_integers(e, arg);
    const IntegerValue* value = result_.ranges_.find(e, *expr);
    if (value && value->range.bytes() <= 4 && can_be_by_integers(e, *expr, *value))
      result_.integers_[e].insert(expr.get());
  }

  bool can_be_by_integers(size_t e, const Node& node, const IntegerValue& value) const {
    if (value.from == From::itself)
      return is_integer(node.type);
    if (value.from == From::quotient)
      return is_by_integers(e, *value.argument);
    switch (node.kind) {
    case Node::Kind::read: {
      const size_t tensor = static_cast<size_t>(node.tensor), operands = stages_.operands.size();
      return is_integer(node.type) || (tensor >= operands && result_.kept_[tensor - operands]);
    }
    case Node::Kind::cast:
      return node.args[0]->type == DType::boolean || is_by_integers(e, *node.args[0]);
    case Node::Kind::op: {
      // Products of 32 bits take longer than those of floats.
      if (node.op == ScalarOp::mul && is_float(node.type) && value.range.bytes() > 2)
        return false;
      const size_t first = node.op == ScalarOp::select ? 1 : 0;
      return std::all_of(node.args.begin() + static_cast<std::ptrdiff_t>(first), node.args.end(),
                         [&](const Expr& arg) { return is_by_integers(e, *arg); });
    }
    default:
      return true;
    }
  }

  // The value in its own type.
  void need(size_t e, const Expr& expr) {
    if (!visited_.insert({expr.get(), false}).second)
      return;
    widen(e, *expr, computed_bytes(expr->type));
    if (result_.integer_behind(e, *expr))
      return need_integer(e, expr);
    if (expr->kind == Node::Kind::read)
      note_conversion(e, *expr);
    const bool compares = is_comparison_of_integers(e, *expr);
    for (const Expr& arg : expr->args)
      if (compares)
        need_integer(e, arg);
      else
        need(e, arg);
  }

  bool is_comparison_of_integers(size_t e, const Node& node) const {
    return node.kind == Node::Kind::op && is_comparison(node.op) &&
           std::ranges::all_of(node.args, [&](const Expr& arg) { return is_by_integers(e, *arg); });
  }

  void note_conversion(size_t e, const Node& read) {
    const int stage = read.tensor - static_cast<int>(stages_.operands.size());
    if (stage >= 0 && !is_own_element(read, equation(e)))
      converted_[static_cast<size_t>(stage)] = true;
  }

  void need_integer(size_t e, const Expr& expr) {
    if (!visited_.insert({expr.get(), true}).second)
      return;
    const IntegerValue& value = *result_.integer(e, *expr);
    widen(e, *expr, value.range.bytes());
    if (value.from == From::itself)
      return need(e, expr);
    if (value.from == From::quotient) {
      widen(e, *expr, 2);
      return need_integer(e, value.argument);
    }
    for (size_t k = 0; k < expr->args.size(); ++k)
      if (result_.integer(e, *expr->args[k]))
        need_integer(e, expr->args[k]);
      else // a condition
        need(e, expr->args[k]);
  }

  void widen(size_t e, const Node& node, int64_t bytes) {
    int64_t& width = needed_[e][&node];
    width = std::max(width, bytes);
  }

  void add_widths(size_t e) {
    const Equation& own = equation(e);
    const IntegerRange* kept = result_.kept(e);
    const int64_t element = kept ? kept->bytes() : size_of(own.type);
    const auto width = [&](const Node& node) {
      const auto found = needed_[e].find(&node);
      return found == needed_[e].end() ? int64_t{0} : found->second;
    };
    result_.widths_[own.name] = {element, std::max(kept ? element : computed_bytes(own.type),
                                                   kernels::lane_bytes(own, width))};
  }

  const Definition& stages_;
  NarrowStages& result_;
  std::vector<bool> converted_; // per equation: read where each read is a conversion
  std::vector<std::map<const Node*, int64_t>> needed_; // per equation: bytes of what is computed
  std::set<std::pair<const Node*, bool>> visited_;     // of one equation: by integers or not
};

NarrowStages::NarrowStages(const Definition& stages) : ranges_(stages) {
  Narrower(stages, *this).run();
}

const IntegerRange* NarrowStages::kept(size_t e) const {
  return e < kept_.size() && kept_[e] ? &*ranges_.of_elements(e) : nullptr;
}

const IntegerValue* NarrowStages::integer(size_t e, const Node& node) const {
  return e < integers_.size() && integers_[e].contains(&node) ? ranges_.find(e, node) : nullptr;
}

const IntegerValue* NarrowStages::integer_behind(size_t e, const Node& node) const {
  const IntegerValue* value = integer(e, node);
  const bool is_cheaper = value && value->from != From::itself && !value->range.negative_zero &&
                          !is_element(node) && !is_number(node);
  return is_cheaper ? value : nullptr;
}

bool NarrowStages::is_body_by_integers(size_t e, const Equation& equation) const {
  const IntegerValue* value = integer(e, *equation.body);
  return value && (kept(e) || (!equation.reduction && !value->range.negative_zero));
}

int64_t NarrowStages::element_bytes(const Equation& equation) const {
  const auto found = widths_.find(equation.name);
  return found == widths_.end() ? size_of(equation.type) : found->second.element;
}

int64_t NarrowStages::lane_bytes(const Equation& equation) const {
  const auto found = widths_.find(equation.name);
  return found == widths_.end() ? kernels::lane_bytes(equation) : found->second.lane;
}

} // namespace fovea::kernels
