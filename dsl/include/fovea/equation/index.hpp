#pragma once
#include <fovea/definition/definition.hpp>
#include <fovea/equation/letters.hpp>

#include <concepts>

// Indices of equations and the integer arithmetic on them. Each index is its own type,
// `Index<'i'> i;`, and an `IndexPack<'j'> j(rank)` stands for one index per spatial dimension, so
// that one text serves 1-, 2- and 3-D.
namespace fovea {

// An index's number before it is bound: its letter and, in a pack, its place.
constexpr int index_symbol(char letter, int component = 0) {
  return letter * 16 + component;
}

// An integer expression over the indices `Set`.
template <class Set>
struct IndexValue {
  using letters = Set;
  IndexExpr expr;
};

// One integer expression per dimension of a pack.
template <class Set>
struct PackValue {
  using letters = Set;
  std::vector<IndexExpr> exprs;
};

// A scalar that depends on the indices `Set` (equation/expression.hpp). One of integer type is a
// subscript too: V(P(j), k) reads at the place that P says.
template <class Set>
struct Scalar {
  using letters = Set;
  Expr expr;
};

// One computed subscript per dimension: V(b, c, places) reads at a place of several dimensions.
template <class Set>
struct ScalarPack {
  using letters = Set;
  std::vector<Expr> exprs;
};

template <char Letter>
struct Index {
  using letters = Letters<Letter>;
  int64_t extent = -1; // stated range 0 <= index < extent; -1: to be inferred

  // The same index with a stated range.
  constexpr Index range(int64_t n) const { return {n}; }
  IndexValue<letters> value() const { return {IndexExpr::of(index_symbol(Letter))}; }
};

template <char Letter>
class IndexPack {
 public:
  using letters = Letters<Letter>;
  // One index per dimension, ranges to be inferred.
  explicit IndexPack(int rank) : extents_(Shape::filled(rank, -1)) {}
  // Ranges stated.
  explicit IndexPack(const Shape& extents) : extents_(extents) {}
  int rank() const { return extents_.rank(); }
  const Shape& extents() const { return extents_; }
  IndexValue<letters> operator[](int dimension) const {
    return {IndexExpr::of(index_symbol(Letter, dimension))};
  }
  PackValue<letters> value() const {
    PackValue<letters> pack;
    for (int d = 0; d < rank(); ++d)
      pack.exprs.push_back(IndexExpr::of(index_symbol(Letter, d)));
    return pack;
  }

 private:
  Shape extents_;
};

namespace detail {
template <class T>
struct IsIndex : std::false_type {};
template <char L>
struct IsIndex<Index<L>> : std::true_type {};
template <class S>
struct IsIndex<IndexValue<S>> : std::true_type {};
template <class T>
struct IsPack : std::false_type {};
template <char L>
struct IsPack<IndexPack<L>> : std::true_type {};
template <class S>
struct IsPack<PackValue<S>> : std::true_type {};
template <class T>
struct IsScalar : std::false_type {};
template <class S>
struct IsScalar<Scalar<S>> : std::true_type {};
template <class T>
struct IsScalarPack : std::false_type {};
template <class S>
struct IsScalarPack<ScalarPack<S>> : std::true_type {};

template <char L>
IndexValue<Letters<L>> to_value(const Index<L>& index) {
  return index.value();
}
template <class S>
const IndexValue<S>& to_value(const IndexValue<S>& value) {
  return value;
}
template <char L>
PackValue<Letters<L>> to_pack(const IndexPack<L>& pack) {
  return pack.value();
}
template <class S>
const PackValue<S>& to_pack(const PackValue<S>& pack) {
  return pack;
}

template <class Set, class Function>
PackValue<Set> map_pack(const std::vector<IndexExpr>& exprs, Function&& function) {
  PackValue<Set> result;
  for (size_t d = 0; d < exprs.size(); ++d)
    result.exprs.push_back(function(exprs[d], static_cast<int>(d)));
  return result;
}
} // namespace detail

template <class T>
concept IndexLike = detail::IsIndex<T>::value;
// The same for operators with a number beside the index: clang 14 looks at a concept only after it
// has made the operator, which is an error where the other operand is a number too.
namespace detail {
template <class T>
using IfIndex = std::enable_if_t<IsIndex<T>::value, int>;
} // namespace detail
template <class T>
concept PackLike = detail::IsPack<T>::value;
template <class T>
concept ScalarLike = detail::IsScalar<T>::value;
template <class T>
concept ScalarPackLike = detail::IsScalarPack<T>::value;

template <IndexLike A, IndexLike B>
auto operator+(const A& a, const B& b) {
  return IndexValue<union_of<typename A::letters, typename B::letters>>{detail::to_value(a).expr +
                                                                        detail::to_value(b).expr};
}
template <IndexLike A, IndexLike B>
auto operator-(const A& a, const B& b) {
  return IndexValue<union_of<typename A::letters, typename B::letters>>{detail::to_value(a).expr -
                                                                        detail::to_value(b).expr};
}
template <class A, detail::IfIndex<A> = 0>
auto operator-(const A& a) {
  return IndexValue<typename A::letters>{detail::to_value(a).expr * -1};
}
template <class A, detail::IfIndex<A> = 0>
auto operator+(const A& a, int64_t c) {
  return IndexValue<typename A::letters>{detail::to_value(a).expr + IndexExpr{c, {}}};
}
template <class A, detail::IfIndex<A> = 0>
auto operator+(int64_t c, const A& a) {
  return a + c;
}
template <class A, detail::IfIndex<A> = 0>
auto operator-(const A& a, int64_t c) {
  return a + (-c);
}
template <class A, detail::IfIndex<A> = 0>
auto operator-(int64_t c, const A& a) {
  return IndexValue<typename A::letters>{IndexExpr{c, {}} - detail::to_value(a).expr};
}
template <class A, detail::IfIndex<A> = 0>
auto operator*(const A& a, int64_t factor) {
  return IndexValue<typename A::letters>{detail::to_value(a).expr * factor};
}
template <class A, detail::IfIndex<A> = 0>
auto operator*(int64_t factor, const A& a) {
  return a * factor;
}
// floor(a / divisor), divisor > 0
template <class A, detail::IfIndex<A> = 0>
auto operator/(const A& a, int64_t divisor) {
  return IndexValue<typename A::letters>{floor_div(detail::to_value(a).expr, divisor)};
}
// a mod divisor, in 0 .. divisor-1
template <class A, detail::IfIndex<A> = 0>
auto operator%(const A& a, int64_t divisor) {
  return IndexValue<typename A::letters>{mod(detail::to_value(a).expr, divisor)};
}

// Packs: dimension by dimension; with a Shape, its entry of the dimension.
template <PackLike A, PackLike B>
auto operator+(const A& a, const B& b) {
  const auto right = detail::to_pack(b);
  return detail::map_pack<union_of<typename A::letters, typename B::letters>>(
      detail::to_pack(a).exprs,
      [&](const IndexExpr& expr, int d) { return expr + right.exprs[static_cast<size_t>(d)]; });
}
template <PackLike A>
auto operator-(const A& a, const Shape& c) {
  return detail::map_pack<typename A::letters>(detail::to_pack(a).exprs,
                                               [&](const IndexExpr& expr, int d) {
                                                 return expr - IndexExpr{c[d], {}};
                                               });
}
template <PackLike A>
auto operator*(const A& a, const Shape& factors) {
  return detail::map_pack<typename A::letters>(
      detail::to_pack(a).exprs, [&](const IndexExpr& expr, int d) { return expr * factors[d]; });
}
template <PackLike A>
auto operator-(const Shape& c, const A& a) {
  return detail::map_pack<typename A::letters>(detail::to_pack(a).exprs,
                                               [&](const IndexExpr& expr, int d) {
                                                 return IndexExpr{c[d], {}} - expr;
                                               });
}
// a mod divisors, each in 0 .. divisor-1, divisors > 0
template <PackLike A>
auto operator%(const A& a, const Shape& divisors) {
  return detail::map_pack<typename A::letters>(
      detail::to_pack(a).exprs,
      [&](const IndexExpr& expr, int d) { return mod(expr, divisors[d]); });
}

// Boundary rules: what a read outside the tensor gives. Without one, an index may not leave it, and
// a computed place outside stands for the nearest one inside.
template <class Set, bool OfPack>
struct GuardedSubscripts {
  using letters = Set;
  static constexpr bool of_pack = OfPack;
  std::vector<IndexExpr> exprs;
  Boundary boundary = Boundary::none;
  Expr fill;                       // Boundary::fill with a value of one's own
  double number = 0;               // Boundary::fill with a constant, in the tensor's element type
  std::vector<Expr> computed = {}; // instead of `exprs`, one per dimension
};
namespace detail {
template <class T>
struct IsGuarded : std::false_type {};
template <class S, bool P>
struct IsGuarded<GuardedSubscripts<S, P>> : std::true_type {};

template <class T>
std::vector<IndexExpr> exprs_of(const T& subscript) {
  if constexpr (IndexLike<T>)
    return {to_value(subscript).expr};
  else if constexpr (PackLike<T>)
    return to_pack(subscript).exprs;
  else if constexpr (ScalarLike<T>)
    return {IndexExpr{}};
  else if constexpr (ScalarPackLike<T>)
    return std::vector<IndexExpr>(subscript.exprs.size());
  else if constexpr (std::integral<T>)
    return {IndexExpr{static_cast<int64_t>(subscript), {}}};
  else
    return subscript.exprs;
}
template <class T>
auto guarded(const T& subscript, Boundary boundary, double number = 0) {
  GuardedSubscripts<typename T::letters, PackLike<T> || ScalarPackLike<T>> result{
      exprs_of(subscript), boundary, nullptr, number};
  if constexpr (ScalarLike<T>)
    result.computed = {subscript.expr};
  if constexpr (ScalarPackLike<T>)
    result.computed = subscript.exprs;
  return result;
}
} // namespace detail
template <class T>
concept GuardedLike = detail::IsGuarded<T>::value;
template <class T>
concept Unguarded = IndexLike<T> || PackLike<T> || ScalarLike<T> || ScalarPackLike<T>;
template <class T>
concept SubscriptLike = Unguarded<T> || GuardedLike<T> || std::integral<T>;

namespace detail {
// The indices of a subscript; an integer has none.
template <class T>
struct LettersOf {
  using type = typename T::letters;
};
template <std::integral T>
struct LettersOf<T> {
  using type = Letters<>;
};

// May stand for any number of dimensions.
template <class T>
constexpr bool is_of_pack() {
  if constexpr (GuardedLike<T>)
    return T::of_pack;
  else
    return PackLike<T> || ScalarPackLike<T>;
}
} // namespace detail

template <Unguarded T>
auto zero(const T& subscript) {
  return detail::guarded(subscript, Boundary::fill);
}
template <Unguarded T>
auto constant(const T& subscript, double value) {
  return detail::guarded(subscript, Boundary::fill, value);
}
// The same with a value of the tensor's element type.
template <Unguarded T>
auto constant(const T& subscript, const Scalar<Letters<>>& value) {
  auto result = detail::guarded(subscript, Boundary::fill);
  result.fill = value.expr;
  return result;
}
template <Unguarded T>
auto clamp(const T& subscript) {
  return detail::guarded(subscript, Boundary::clamp);
}
template <Unguarded T>
auto reflect(const T& subscript) {
  return detail::guarded(subscript, Boundary::reflect);
}
template <Unguarded T>
auto wrap(const T& subscript) {
  return detail::guarded(subscript, Boundary::wrap);
}

} // namespace fovea
