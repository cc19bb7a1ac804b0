#pragma once
#include <fovea/equation/expression.hpp>
#include <fovea/graph/network.hpp>

// Equations, Z(i,j) = ..., their operands, and systems of them.
namespace fovea {

// An equation before it is bound: indices are symbols, ranges may be open, reductions may nest.
struct Statement {
  std::string name;
  std::vector<DeclaredIndex> left; // the free indices
  Expr body;
  SourceLocation location;
};
using StatementPtr = std::shared_ptr<const Statement>;

// Reads `source` (an earlier statement) or operand number `tensor` (defined in dsl/definition).
Expr make_read(int tensor, StatementPtr source, DType type, std::vector<Subscript> subscripts);

namespace detail {
template <class T>
void add_subscripts(const T& subscript, DType type, std::vector<Subscript>& subscripts) {
  const std::vector<IndexExpr> exprs = exprs_of(subscript);
  for (size_t d = 0; d < exprs.size(); ++d) {
    Subscript one{exprs[d], Boundary::none, nullptr};
    if constexpr (ScalarLike<T>)
      one.computed = subscript.expr;
    if constexpr (ScalarPackLike<T>)
      one.computed = subscript.exprs[d];
    if (one.computed)
      one.boundary = Boundary::clamp;
    if constexpr (GuardedLike<T>) {
      if (!subscript.computed.empty())
        one.computed = subscript.computed[d];
      one.boundary = subscript.boundary;
      if (one.boundary == Boundary::fill)
        one.fill = subscript.fill ? subscript.fill : make_constant(subscript.number, type);
    }
    subscripts.push_back(std::move(one));
  }
}
template <class... S>
auto read(int tensor, StatementPtr source, DType type, const S&... subscripts) {
  std::vector<Subscript> list;
  (add_subscripts(subscripts, type, list), ...);
  return Scalar<union_of<typename S::letters...>>{
      make_read(tensor, std::move(source), type, std::move(list))};
}
} // namespace detail

inline constexpr int any_rank = -2;

// An operand of an equation. `Tensor<3> V` states its rank; `Tensor<any_rank>` is for definitions
// that serve several ranks by packs of indices.
template <int Rank>
class Tensor {
 public:
  Tensor(int number, std::string name, const TensorType& type)
      : number_(number), name_(std::move(name)), type_(type) {}

  template <SubscriptLike... S>
  auto operator()(const S&... subscripts) const {
    static_assert(
        Rank == any_rank || sizeof...(S) == Rank || (detail::is_of_pack<S>() || ...),
        "fovea: WHAT: a tensor is read with the wrong number of subscripts; WHY: Tensor<R> "
        "has R dimensions and takes R subscripts; WHERE: the read V(...)");
    return detail::read(number_, nullptr, type_.dtype, subscripts...);
  }
  const std::string& name() const { return name_; }
  const TensorType& type() const { return type_; }
  const Shape& shape() const { return type_.shape; }

 private:
  int number_;
  std::string name_;
  TensorType type_;
};

// The left side of an equation; `=` gives it its right side.
template <class Free>
struct LeftSide {
  using letters = Free;
  Statement statement;

  template <class S>
  StatementPtr operator=(const Scalar<S>& right) const {
    static_assert(detail::subset_of(S{}, Free{}),
                  "fovea: WHAT: an index on the right side is bound nowhere; WHY: it is neither on "
                  "the left side nor reduced by sum/product/max/min/mean; WHERE: Z(...) = here");
    auto result = std::make_shared<Statement>(statement);
    result->body = right.expr;
    return result;
  }
};

// The name of an equation's result: `Z(i, j) = ...`.
class Result {
 public:
  constexpr explicit Result(const char* name) : name_(name) {}
  template <PlainIndex... I>
  auto operator()(const I&... indices) const {
    using Free = typename detail::ConcatAll<typename I::letters...>::type;
    static_assert(
        detail::distinct(Free{}),
        "fovea: WHAT: an index stands twice on the left side; WHY: each free index is one "
        "dimension of the result; WHERE: Z(here) = ...");
    LeftSide<Free> left;
    left.statement.name = name_;
    (detail::declare(indices, left.statement.left), ...);
    return left;
  }

 private:
  const char* name_;
};
inline constexpr Result Z{"Z"}, M_{"M"}, E_{"E"}, S_{"S"};

// An inner equation of a system, read like a tensor: auto M = let(M_(i) = max(j)(x(i, j)));
class Let {
 public:
  explicit Let(StatementPtr statement) : statement_(std::move(statement)) {}
  template <SubscriptLike... S>
  auto operator()(const S&... subscripts) const {
    return detail::read(-1, statement_, statement_->body->type, subscripts...);
  }

 private:
  StatementPtr statement_;
};
inline Let let(StatementPtr statement) {
  return Let(std::move(statement));
}

// Gives a system its ranges and canonical form. A reduction index takes a stated range or else the
// extent of the dimension where it stands alone; a free index takes a stated range or else the
// largest one that keeps every unguarded read inside. Throws Error: conflicting or missing ranges,
// an unguarded read that escapes its tensor, a rank that differs from the operand's. An index of a
// reduction hides one of the same name around it.
Definition bind(std::string name, std::vector<Operand> operands,
                const std::vector<StatementPtr>& results, SourceLocation location = {});

} // namespace fovea
