#pragma once
#include <fovea/equation/expression.hpp>
#include <fovea/graph/network.hpp>
#include <fovea/op/window.hpp>

#include <map>

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
using Statements = std::vector<StatementPtr>;

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
        one.fill = subscript.fill ? subscript.fill : make_number(subscript.number, type);
    }
    subscripts.push_back(std::move(one));
  }
}
template <class... S>
auto read(int tensor, StatementPtr source, DType type, const S&... subscripts) {
  std::vector<Subscript> list;
  (add_subscripts(subscripts, type, list), ...);
  return Scalar<union_of<typename LettersOf<S>::type...>>{
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

// An operand that a layer brings with it, behind the layer's inputs. Its extents are the smallest
// that hold all its reads.
template <int Rank>
class Weight : private Tensor<Rank> {
 public:
  static_assert(Rank >= 0, "fovea: WHAT: a weight without a rank; WHY: its shape follows from what "
                           "is read of it; WHERE: Weight<here>");
  using Tensor<Rank>::Tensor;
  using Tensor<Rank>::operator();
  using Tensor<Rank>::name;
  DType dtype() const { return Tensor<Rank>::type().dtype; }
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

// What a layer says of an equation that leaves extents open.
struct LayerOptions {
  // Of the one free index that stands in subscripts of weights and of no input.
  int64_t filters = 0;
  // Of the reduction indices that stand in an input's subscript beside a free index, as m in V(l, j
  // + m): one for all, or one each, in the order in which they are read.
  Extents kernel = {};
  std::map<std::string, int64_t> extents = {}; // of any index, by name
  std::map<std::string, Shape> weights = {};   // whole shapes, by name: of what is gathered from
};

// Gives a system its ranges and canonical form. A reduction index takes a stated range or else the
// extent of the dimension where it stands alone; a free index takes a stated range or else the
// largest one that keeps every unguarded read inside. Throws Error: conflicting or missing ranges,
// an unguarded read that escapes its tensor, a rank that differs from the operand's. An index of a
// reduction hides one of the same name around it. An operand's extent of -1 is found: it does not
// limit anything, and is the smallest that holds all reads.
Definition bind(std::string name, std::vector<Operand> operands,
                const std::vector<StatementPtr>& results, SourceLocation location = {});
// The same of a layer: the operands from number `inputs` on are its weights.
Definition bind_layer(std::string name, std::vector<Operand> operands, size_t inputs,
                      const std::vector<StatementPtr>& results, const LayerOptions& options,
                      SourceLocation location = {});

} // namespace fovea
