#pragma once
#include "compiler/kernels/integer_expressions.hpp"
#include "compiler/kernels/lowering.hpp"

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

// One equation's right side, in Halide's expressions.
namespace fovea::kernels {

inline constexpr int64_t int32_max = std::numeric_limits<int32_t>::max();

// Throws fovea::Error.
[[noreturn]] void refuse(const std::string& what, const std::string& expected,
                         const std::string& got, const std::string& hint = "");

class BodyLowering {
 public:
  using Scalar = Halide::Expr; // fovea::Expr is a definition's

  BodyLowering(const Definition& stages, const Realisation& realisation, const Equation& equation,
               std::vector<Scalar> indices, const LoweringRules& rules, const NarrowStages& narrow);

  Scalar value(const Expr& expr);
  Scalar value_as(const Expr& expr, DType type);
  // Of what can be computed by integers: in the type of its range.
  Scalar integer(const Expr& expr);
  // What follows is computed where a condition holds: elsewhere its reads may be outside.
  void enter_chosen_terms() { ++under_select_; }
  // A selection's, with NaN where one is among `elements`: none where nobody asks.
  Scalar selected(const std::vector<Expr>& elements);

 private:
  Scalar compute(const Node& node);
  Scalar operation(const Node& node);
  Scalar integer_of(const Node& node, const IntegerValue& value);
  BoundedInteger bounded(const Expr& expr);

  Scalar index(const IndexExpr& expr);
  Scalar read(const Node& node);
  Scalar read_as(const Node& node, const std::function<Scalar(const Scalar& stored)>& load,
                 const std::function<Scalar(const Expr& fill)>& fill);
  // Of 32 bits unless it needs 64: the boundary rule brings it into the dimension.
  Scalar computed(const Expr& expr);
  // Does an index that takes several values stand in it?
  bool moves(const Expr& expr) const;
  // `range`: of the subscript.
  Scalar guarded(const Subscript& subscript, const Scalar& i, const Interval& range, int extent,
                 std::vector<std::pair<Scalar, Expr>>& fills);
  size_t number() const { return static_cast<size_t>(&equation_ - stages_.equations.data()); }
  // Where most reads are, if the border has loops of its own.
  Scalar likely(const Scalar& value) const;
  // Padding times infinity is NaN, as in the definition: under flags a 0 that the compiler sees
  // would make the whole product 0.
  Scalar hidden(const Scalar& constant) const;
  // In any stage: this one may be computed within it.
  bool has_flags() const;
  bool is_contracted(size_t equation) const;

  const Definition& stages_;
  const Realisation& realisation_;
  const Equation& equation_;
  std::vector<Scalar> indices_;
  std::vector<Interval> intervals_;
  LoweringRules rules_;
  const NarrowStages& narrow_;
  std::map<const Node*, Scalar> known_, known_integers_;
  int under_select_ = 0;
  bool is_selection_ = false;
};

} // namespace fovea::kernels
