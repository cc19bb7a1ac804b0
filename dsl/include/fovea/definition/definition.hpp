#pragma once
#include <fovea/shape.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A Definition says what an op computes: an ordered system of equations in index notation, bound to
// operand types, as plain data. Everything else follows from it: the exact interpreter, the generic
// lowering, documentation, analyses, the cache key. It is canonical: indices are numbered per
// equation (free ones first, in the order of the left side), and every reduction is the root of an
// equation of its own (`Z = B + sum(..)` became `T = sum(..); Z = B + T`).
namespace fovea {

struct IndexExpr;

// coefficient * atom, where atom is an index, floor(inner / divisor) or inner mod divisor (>= 0).
struct IndexTerm {
  enum class Kind : uint8_t { index, floor_div, mod };
  Kind kind = Kind::index;
  int64_t coefficient = 1;
  int index = 0;                          // kind index: the index's number
  std::shared_ptr<const IndexExpr> inner; // else
  int64_t divisor = 1;                    // else; > 0
};

// An integer expression over indices: constant + terms. No term has coefficient 0, no index
// stands in two terms of kind `index`, and those terms are sorted by index.
struct IndexExpr {
  int64_t constant = 0;
  std::vector<IndexTerm> terms;

  static IndexExpr of(int index) { return {0, {{IndexTerm::Kind::index, 1, index, nullptr, 1}}}; }
  bool is_constant() const { return terms.empty(); }
  // Exactly the index itself?
  bool is_index(int index) const;
};

IndexExpr operator+(const IndexExpr& a, const IndexExpr& b);
IndexExpr operator-(const IndexExpr& a, const IndexExpr& b);
IndexExpr operator*(const IndexExpr& a, int64_t factor);
// floor(a / divisor) and a mod divisor (in 0 .. divisor-1), for divisor > 0.
IndexExpr floor_div(const IndexExpr& a, int64_t divisor);
IndexExpr mod(const IndexExpr& a, int64_t divisor);
bool operator==(const IndexExpr& a, const IndexExpr& b);
// The value, given each index's value.
int64_t evaluate(const IndexExpr& expr, const std::vector<int64_t>& indices);
struct Interval {
  int64_t low = 0, high = 0; // both included
};
// The values it takes while each index goes through its interval (exact for affine expressions).
Interval range_of(const IndexExpr& expr, const std::vector<Interval>& indices);

struct Node;
using Expr = std::shared_ptr<const Node>;

// What a read outside a tensor gives, per dimension. `fill`: the value of the read is
// `Subscript::fill`.
enum class Boundary : uint8_t { none, fill, clamp, reflect, wrap };

// Where in a dimension a read stands: at an expression over indices or, for a gather, at a value
// that is computed. What is computed may be anything, so a rule always says what lies outside.
struct Subscript {
  IndexExpr index;
  Boundary boundary = Boundary::none;
  Expr fill;               // for Boundary::fill
  Expr computed = nullptr; // of integer type; where set, `index` is 0 and there is a boundary rule
};
// The values it takes, boundary rule not yet applied; of what is computed any.
Interval range_of(const Subscript& subscript, const std::vector<Interval>& indices);

enum class ReduceKind : uint8_t { sum, product, max, min };

// A reduction as it is written; binding makes reductions of a ReduceKind of it. A mean is the sum
// over the number of terms; argmax and argmin are the first place of the extremum, or of a NaN
// where there is one; any and all are of booleans.
enum class Fold : uint8_t { sum, product, max, min, mean, argmax, argmin, any, all };

// An index where an equation binds it, on its left side or by a reduction. Its symbol stands for it
// in index expressions until it is bound to a number.
struct DeclaredIndex {
  int symbol = 0;
  int64_t extent = -1; // stated range 0 <= index < extent; -1: to be inferred
  std::string name = {};
};

// Scalar operations. The comments give operands (result type where it is not the operands').
enum class ScalarOp : uint8_t {
  add,
  sub,
  mul,
  div,
  max,
  min,
  pow,
  fmod, // 2; fmod: what truncated division leaves, with the sign of the first
  neg,
  abs,
  exp,
  log,
  sqrt,
  tanh,
  erf,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  asinh,
  acosh,
  atanh,
  floor,
  ceil,
  round, // 1; round: to the nearest, ties to even
  less,
  less_equal,
  equal,
  not_equal, // 2, boolean
  logical_and,
  logical_or,
  logical_not, // boolean
  select,      // condition, then, else
};
constexpr bool is_comparison(ScalarOp op) {
  return op >= ScalarOp::less && op <= ScalarOp::not_equal;
}
constexpr bool is_logical(ScalarOp op) {
  return op >= ScalarOp::logical_and && op <= ScalarOp::logical_not;
}
// Of floats alone; the last three leave an integer as it is.
constexpr bool is_analytic(ScalarOp op) {
  return op >= ScalarOp::exp && op <= ScalarOp::round;
}
std::string_view name_of(ScalarOp op);
std::string_view name_of(ReduceKind kind);
std::string_view name_of(Fold fold);
std::string_view name_of(Boundary boundary);
int operand_count(ScalarOp op);

// A node of a scalar expression.
struct Node {
  enum class Kind : uint8_t { constant, index, read, op, cast, reduce };
  Kind kind = Kind::constant;
  DType type = DType::f32; // of the value

  double constant = 0; // constant (floats)
  int64_t integer = 0; // constant (integers and booleans)
  IndexExpr index;     // index: an index expression's value, type i64
  int tensor = 0;      // read: operand number; operands.size() + e: result of equation e
  std::vector<Subscript> subscripts; // read: one per dimension of the tensor
  ScalarOp op = ScalarOp::add;
  std::vector<Expr> args; // op, cast, reduce (the body)

  // Only before binding (dsl/definition/binding.hpp): a nested reduction, and a read of an equation
  // that is not numbered yet.
  Fold fold = Fold::sum;
  std::vector<DeclaredIndex> reduced;
  std::optional<DType> accumulator; // of a sum or product, where it is not the usual one
  std::shared_ptr<const struct Statement> source;
};

// The type that an operation converts its arguments to: arithmetic takes place in the result's
// type, comparisons in their arguments'.
DType argument_type(const Node& operation);

struct IndexRange {
  std::string name; // as the user wrote it, for printing only
  int64_t extent = 0;
};

// result(free...) = [reduce over ranges] body
struct Equation {
  std::string name;             // of the result
  DType type = DType::f32;      // of the result
  std::vector<IndexRange> free; // indices 0 .. free.size()-1; their extents are the result's shape
  std::optional<ReduceKind> reduction; // of the whole right side
  std::vector<IndexRange> reduced;     // indices free.size() ..
  DType accumulator = DType::f32;      // of the reduction
  Expr body;                           // holds no reduction

  Shape shape() const;
};

struct Operand {
  std::string name;
  TensorType type;
};

struct Definition {
  std::string name;
  std::vector<Operand> operands;
  std::vector<Equation> equations; // an equation reads operands and earlier equations only
  std::vector<int> results;        // numbers of the equations that are results

  // Type of tensor number `tensor`: an operand's, or that of an equation's result.
  TensorType type_of(int tensor) const;
  int tensor_of_equation(int equation) const {
    return static_cast<int>(operands.size()) + equation;
  }
};

// Visits every node of an expression, computed subscripts and fill values included, children first.
template <class Visitor>
void for_each_node(const Expr& expr, Visitor&& visit) {
  for (const Expr& arg : expr->args)
    for_each_node(arg, visit);
  for (const Subscript& subscript : expr->subscripts)
    for (const Expr* part : {&subscript.computed, &subscript.fill})
      if (*part)
        for_each_node(*part, visit);
  visit(*expr);
}

// A copy with each node rebuilt by `rewrite` (given a node whose children are rewritten already).
template <class Rewrite>
Expr rebuild(const Expr& expr, Rewrite&& rewrite) {
  Node node = *expr;
  for (Expr& arg : node.args)
    arg = rebuild(arg, rewrite);
  for (Subscript& subscript : node.subscripts)
    for (Expr* part : {&subscript.computed, &subscript.fill})
      if (*part)
        *part = rebuild(*part, rewrite);
  return rewrite(std::move(node));
}

// Does the node read at an index that is computed? Does an equation of the definition?
bool is_gather(const Node& node);
bool has_gather(const Definition& definition);

// The equation reads each of its operands at the result's own indices only (or broadcasts them),
// and reduces nothing.
bool is_pointwise(const Definition& definition);

// Multiply-accumulate operations: for each sum whose body multiplies two reads, the number of its
// bodies' evaluations. Biases, averages and activations count nothing, as in the literature.
int64_t count_macs(const Definition& definition);

// Joins definitions into one system. Each stage's operand is an operand of the whole (>= 0: its
// number in `operands`) or a result of an earlier stage.
struct Stage {
  Definition definition;
  struct Source {
    int operand = -1; // number in `operands`, or -1:
    int stage = -1;   // result `result` of stage `stage`
    int result = 0;
  };
  std::vector<Source> sources; // one per operand of `definition`
};
struct StageResult {
  int stage = 0, result = 0;
};
Definition compose(std::string name, std::vector<Operand> operands,
                   const std::vector<Stage>& stages, const std::vector<StageResult>& results);

// A copy in which every index of the definition keeps its meaning and `extents` new leading
// dimensions are added to the results and to the operands numbered in `mapped` (a batch).
Definition map_over(const Definition& definition, const Shape& extents,
                    const std::vector<int>& mapped);

// The system in the language of equations (docs/equations.md), one a line, with its ranges:
//   Z(b, i, j) = sum(l, m)(V(b, l, zero(j + m - 2)) * K(i, l, m)) where b < 1, i < 6 ...
std::string to_string(const Definition& definition);
// The same without names: equal exactly where the meaning is equal by construction. The cache key.
std::string canonical_text(const Definition& definition);

} // namespace fovea
