#pragma once
#include <fovea/equation/index.hpp>
#include <fovea/location.hpp>

// Scalar expressions of equations. The tree is run-time data; only the set of free indices is type.
namespace fovea {

// Builders of nodes, without types of indices (defined in dsl/definition/build.cpp). Operands must
// be of one element type.
Expr make_constant(double value, DType type);
Expr make_integer(int64_t value, DType type); // exact where a float64 is not
// What a user writes as a number beside values of `type`. Throws Error where it is none of them.
Expr make_number(double number, DType type);
Expr make_number(int64_t number, DType type);
Expr make_index(const IndexExpr& index);
Expr make_operation(ScalarOp op, std::vector<Expr> args);
Expr make_cast(Expr value, DType type);
Expr make_reduction(Fold fold, std::vector<DeclaredIndex> indices, Expr body,
                    std::optional<DType> accumulator = std::nullopt);
// Over those values of the indices alone for which `condition` holds. A mean is divided by their
// number; where there is none, a sum is 0, a product 1, a maximum -inf or the type's least value.
Expr make_reduction_where(Fold fold, const std::vector<DeclaredIndex>& indices,
                          const Expr& condition, const Expr& body,
                          std::optional<DType> accumulator = std::nullopt);

// An index expression's value as a number of type i64.
template <IndexLike A>
auto value(const A& index) {
  return Scalar<typename A::letters>{make_index(detail::to_value(index).expr)};
}
template <class S>
Scalar<S> cast(const Scalar<S>& value, DType type) {
  return {make_cast(value.expr, type)};
}

namespace detail {
template <class A, class B>
auto binary(ScalarOp op, const Scalar<A>& a, const Scalar<B>& b) {
  return Scalar<union_of<A, B>>{make_operation(op, {a.expr, b.expr})};
}
template <class A>
Scalar<A> unary(ScalarOp op, const Scalar<A>& a) {
  return {make_operation(op, {a.expr})};
}
template <class T>
using IfNumber = std::enable_if_t<std::is_arithmetic_v<T>, int>;
// A number beside a scalar takes its element type.
template <class A, class N>
Scalar<Letters<>> like(const Scalar<A>& a, N number) {
  if constexpr (std::integral<N>)
    return {make_number(static_cast<int64_t>(number), a.expr->type)};
  else
    return {make_number(static_cast<double>(number), a.expr->type)};
}
} // namespace detail

// Of two scalars; of a scalar and a number, or an index as a value of type i64.
#define FOVEA_BINARY(name, op)                                                                     \
  template <class A, class B>                                                                      \
  auto name(const Scalar<A>& a, const Scalar<B>& b) {                                              \
    return detail::binary(ScalarOp::op, a, b);                                                     \
  }                                                                                                \
  template <class A, class N, detail::IfNumber<N> = 0>                                             \
  Scalar<A> name(const Scalar<A>& a, N b) {                                                        \
    return detail::binary(ScalarOp::op, a, detail::like(a, b));                                    \
  }                                                                                                \
  template <class N, class B, detail::IfNumber<N> = 0>                                             \
  Scalar<B> name(N a, const Scalar<B>& b) {                                                        \
    return {make_operation(ScalarOp::op, {detail::like(b, a).expr, b.expr})};                      \
  }                                                                                                \
  template <class A, class I, detail::IfIndex<I> = 0>                                              \
  auto name(const Scalar<A>& a, const I& b) {                                                      \
    return detail::binary(ScalarOp::op, a, value(b));                                              \
  }                                                                                                \
  template <class I, class B, detail::IfIndex<I> = 0>                                              \
  auto name(const I& a, const Scalar<B>& b) {                                                      \
    return detail::binary(ScalarOp::op, value(a), b);                                              \
  }
// Comparisons: also of two indices, or of an index and an integer.
#define FOVEA_COMPARISON(name, op)                                                                 \
  FOVEA_BINARY(name, op)                                                                           \
  template <class I, class J, detail::IfIndex<I> = 0, detail::IfIndex<J> = 0>                      \
  auto name(const I& a, const J& b) {                                                              \
    return detail::binary(ScalarOp::op, value(a), value(b));                                       \
  }                                                                                                \
  template <class I, class N, detail::IfIndex<I> = 0, detail::IfNumber<N> = 0>                     \
  auto name(const I& a, N b) {                                                                     \
    return name(value(a), b);                                                                      \
  }                                                                                                \
  template <class N, class J, detail::IfNumber<N> = 0, detail::IfIndex<J> = 0>                     \
  auto name(N a, const J& b) {                                                                     \
    return name(a, value(b));                                                                      \
  }
FOVEA_BINARY(operator+, add)
FOVEA_BINARY(operator-, sub)
FOVEA_BINARY(operator*, mul)
FOVEA_BINARY(operator/, div)
FOVEA_BINARY(max, max)
FOVEA_BINARY(min, min)
FOVEA_BINARY(pow, pow)
FOVEA_BINARY(fmod, fmod)
FOVEA_COMPARISON(operator<, less)
FOVEA_COMPARISON(operator<=, less_equal)
FOVEA_COMPARISON(operator==, equal)
FOVEA_COMPARISON(operator!=, not_equal)
FOVEA_COMPARISON(equal, equal)
FOVEA_COMPARISON(not_equal, not_equal)
#undef FOVEA_COMPARISON
#undef FOVEA_BINARY

namespace detail {
template <class T>
concept Comparable = IsScalar<T>::value || IsIndex<T>::value || std::is_arithmetic_v<T>;
template <class A, class B>
using IfCompared = std::enable_if_t<
    Comparable<A> && Comparable<B> && (!std::is_arithmetic_v<A> || !std::is_arithmetic_v<B>), int>;
} // namespace detail
// a > b is b < a.
template <class A, class B, detail::IfCompared<A, B> = 0>
auto operator>(const A& a, const B& b) {
  return b < a;
}
template <class A, class B, detail::IfCompared<A, B> = 0>
auto operator>=(const A& a, const B& b) {
  return b <= a;
}

#define FOVEA_UNARY(name, op)                                                                      \
  template <class A>                                                                               \
  Scalar<A> name(const Scalar<A>& a) {                                                             \
    return detail::unary(ScalarOp::op, a);                                                         \
  }
FOVEA_UNARY(operator-, neg)
FOVEA_UNARY(abs, abs)
FOVEA_UNARY(exp, exp)
FOVEA_UNARY(log, log)
FOVEA_UNARY(sqrt, sqrt)
FOVEA_UNARY(tanh, tanh)
FOVEA_UNARY(erf, erf)
FOVEA_UNARY(sin, sin)
FOVEA_UNARY(cos, cos)
FOVEA_UNARY(tan, tan)
FOVEA_UNARY(asin, asin)
FOVEA_UNARY(acos, acos)
FOVEA_UNARY(atan, atan)
FOVEA_UNARY(sinh, sinh)
FOVEA_UNARY(cosh, cosh)
FOVEA_UNARY(asinh, asinh)
FOVEA_UNARY(acosh, acosh)
FOVEA_UNARY(atanh, atanh)
FOVEA_UNARY(floor, floor)
FOVEA_UNARY(ceil, ceil)
FOVEA_UNARY(round, round)
FOVEA_UNARY(logical_not, logical_not)
#undef FOVEA_UNARY

// Of booleans, as is logical_not.
template <class A, class B>
auto logical_and(const Scalar<A>& a, const Scalar<B>& b) {
  return detail::binary(ScalarOp::logical_and, a, b);
}
template <class A, class B>
auto logical_or(const Scalar<A>& a, const Scalar<B>& b) {
  return detail::binary(ScalarOp::logical_or, a, b);
}
template <class A, class B>
auto operator&&(const Scalar<A>& a, const Scalar<B>& b) {
  return logical_and(a, b);
}
template <class A, class B>
auto operator||(const Scalar<A>& a, const Scalar<B>& b) {
  return logical_or(a, b);
}
template <class A>
Scalar<A> operator!(const Scalar<A>& a) {
  return logical_not(a);
}

template <class C, class A, class B>
auto select(const Scalar<C>& condition, const Scalar<A>& a, const Scalar<B>& b) {
  return Scalar<union_of<C, A, B>>{
      make_operation(ScalarOp::select, {condition.expr, a.expr, b.expr})};
}
template <class C, class A, class N, detail::IfNumber<N> = 0>
auto select(const Scalar<C>& condition, const Scalar<A>& a, N b) {
  return select(condition, a, detail::like(a, b));
}
template <class C, class N, class B, detail::IfNumber<N> = 0>
auto select(const Scalar<C>& condition, N a, const Scalar<B>& b) {
  return select(condition, detail::like(b, a), b);
}
// Numbers on both sides are of type f32.
template <class C, class N, class M, detail::IfNumber<N> = 0, detail::IfNumber<M> = 0>
Scalar<C> select(const Scalar<C>& condition, N a, M b) {
  return select(condition, Scalar<Letters<>>{make_number(static_cast<double>(a), DType::f32)}, b);
}

namespace detail {
template <class Inside, class Reduced>
constexpr void require_reduced() {
  static_assert(subset_of(Reduced{}, Inside{}),
                "fovea: WHAT: a reduction index does not occur in the reduced expression; "
                "WHY: every term would be the same; WHERE: sum/product/max/min/mean(...)(here)");
}
} // namespace detail

template <class Reduced, class C>
struct ConditionalReducer;

// sum(l, m, n)(body): reduces `body` over indices and packs.
template <class Reduced>
struct Reducer {
  Fold fold = Fold::sum;
  std::vector<DeclaredIndex> indices;
  std::optional<DType> accumulator = std::nullopt; // of a sum or product; else the usual one

  // The same with another accumulator: sum(m).in(DType::f64)(...).
  Reducer in(DType type) const { return {fold, indices, type}; }
  // Over those terms alone for which a condition holds:
  //   H(k) = sum(i).where(equal(p(i), value(k)))(x(i))
  // adds up x at places that are computed.
  template <class C>
  ConditionalReducer<Reduced, C> where(const Scalar<C>& condition) const {
    return {*this, condition};
  }
  template <class S>
  auto operator()(const Scalar<S>& body) const {
    detail::require_reduced<S, Reduced>();
    return Scalar<difference_of<S, Reduced>>{make_reduction(fold, indices, body.expr, accumulator)};
  }
};

template <class Reduced, class C>
struct ConditionalReducer {
  Reducer<Reduced> all;
  Scalar<C> condition;

  template <class S>
  auto operator()(const Scalar<S>& body) const {
    using Inside = union_of<C, S>;
    detail::require_reduced<Inside, Reduced>();
    return Scalar<difference_of<Inside, Reduced>>{
        make_reduction_where(all.fold, all.indices, condition.expr, body.expr, all.accumulator)};
  }
  // The number of terms, or a multiple: sum(i).where(...)(1.0), of type f32.
  auto operator()(double number) const {
    return (*this)(Scalar<Letters<>>{make_number(number, DType::f32)});
  }
};

namespace detail {
template <char L>
void declare(const Index<L>& index, std::vector<DeclaredIndex>& indices) {
  indices.push_back({index_symbol(L), index.extent, std::string(1, L)});
}
template <char L>
void declare(const IndexPack<L>& pack, std::vector<DeclaredIndex>& indices) {
  for (int d = 0; d < pack.rank(); ++d)
    indices.push_back({index_symbol(L, d), pack.extents()[d],
                       pack.rank() > 1 ? L + std::to_string(d) : std::string(1, L)});
}
template <class... I>
auto reducer(Fold fold, const I&... indices) {
  using Reduced = typename ConcatAll<typename I::letters...>::type;
  static_assert(distinct(Reduced{}), "fovea: WHAT: an index is reduced twice; WHY: each index of a "
                                     "reduction runs once; WHERE: sum/product/max/min/mean(here)");
  Reducer<Reduced> reducer{fold, {}, std::nullopt};
  (declare(indices, reducer.indices), ...);
  return reducer;
}
template <class T>
struct IsPlainIndex : std::false_type {};
template <char L>
struct IsPlainIndex<Index<L>> : std::true_type {};
template <char L>
struct IsPlainIndex<IndexPack<L>> : std::true_type {};
} // namespace detail
// An index or a pack as declared, without arithmetic.
template <class T>
concept PlainIndex = detail::IsPlainIndex<T>::value;

template <PlainIndex... I>
auto sum(const I&... indices) {
  return detail::reducer(Fold::sum, indices...);
}
template <PlainIndex... I>
auto mean(const I&... indices) {
  return detail::reducer(Fold::mean, indices...);
}
template <PlainIndex... I>
auto product(const I&... indices) {
  return detail::reducer(Fold::product, indices...);
}
template <PlainIndex... I>
auto max(const I&... indices) {
  return detail::reducer(Fold::max, indices...);
}
template <PlainIndex... I>
auto min(const I&... indices) {
  return detail::reducer(Fold::min, indices...);
}
// The first place of the extremum along one index, as i64; a NaN's where there is one.
template <char L>
auto argmax(const Index<L>& index) {
  return detail::reducer(Fold::argmax, index);
}
template <char L>
auto argmin(const Index<L>& index) {
  return detail::reducer(Fold::argmin, index);
}
// Of booleans.
template <PlainIndex... I>
auto any(const I&... indices) {
  return detail::reducer(Fold::any, indices...);
}
template <PlainIndex... I>
auto all(const I&... indices) {
  return detail::reducer(Fold::all, indices...);
}

} // namespace fovea
