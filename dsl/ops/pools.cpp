#include "dsl/ops/p_norm.hpp"

#include <fovea/ops/arg_max_pool.hpp>
#include <fovea/ops/global_avg_pool.hpp>
#include <fovea/ops/global_lp_pool.hpp>
#include <fovea/ops/global_max_pool.hpp>
#include <fovea/ops/lp_pool.hpp>
#include <fovea/ops/max_pool.hpp>
#include <fovea/ops/maxout.hpp>
#include <fovea/ops/min_pool.hpp>

#include <limits>

namespace fovea::ops {
namespace {

struct GlobalWindow {
  TensorType type; // of X
  Index<'b'> b;
  Index<'c'> c;
  IndexPack<'j'> one; // the result's spatial dimensions
  IndexPack<'m'> m;   // those of X

  explicit GlobalWindow(const TensorType& x)
      : type(x), b{x.shape[0]}, c{x.shape[1]}, one(Shape::filled(x.shape.rank() - 2, 1)),
        m(x.shape.slice(2, x.shape.rank())) {}
  auto x() const { return Tensor<any_rank>(0, "X", type)(b, c, m); }
  Definition bound(const char* name, const StatementPtr& result) const {
    return bind(name, {{"X", type}}, {result});
  }
};

// The indices of a pool, and where in X each element of a window stands.
struct SlidingWindow {
  Tensor<any_rank> X;
  Shape space;
  Index<'b'> b;
  Index<'c'> c;
  IndexPack<'j'> j;
  IndexPack<'m'> m;
  PackValue<Letters<'j', 'm'>> place;

  SlidingWindow(const Window& window, const TensorType& x, const Shape& result)
      : X(0, "X", x), space(x.shape.slice(2, x.shape.rank())), j(result.slice(2, result.rank())),
        m(spread(window.kernel, space.rank(), 1)),
        place(j * spread(window.stride, space.rank(), 1) +
              m * spread(window.dilation, space.rank(), 1) - window.fronts(space)) {}
};

// The value that every other one is not above.
Expr highest(DType type) {
  switch (type) {
  case DType::i8:
    return make_integer(127, type);
  case DType::u8:
    return make_integer(255, type);
  case DType::boolean:
    return make_integer(1, type);
  case DType::i32:
    return make_integer(std::numeric_limits<int32_t>::max(), type);
  case DType::i64:
    return make_integer(std::numeric_limits<int64_t>::max(), type);
  default:
    return make_constant(std::numeric_limits<double>::infinity(), type);
  }
}

} // namespace

Definition GlobalAvgPool::definition(const Types& operands) const {
  const GlobalWindow W(operands[0]);
  return W.bound(name, Z(W.b, W.c, W.one) = mean(W.m)(W.x()));
}

Definition GlobalMaxPool::definition(const Types& operands) const {
  const GlobalWindow W(operands[0]);
  return W.bound(name, Z(W.b, W.c, W.one) = max(W.m)(W.x()));
}

Definition GlobalLpPool::definition(const Types& operands) const {
  const GlobalWindow W(operands[0]);
  return W.bound(name, Z(W.b, W.c, W.one) = norm_root(sum(W.m)(norm_term(W.x(), p)), p));
}

Definition MinPool::definition(const Types& operands) const {
  const Shape z = infer(operands).results[0].shape;
  const SlidingWindow W(*this, operands[0], z);
  const Scalar<Letters<>> outside{highest(operands[0].dtype)};
  return bind(name, {{"X", operands[0]}},
              {Z(W.b, W.c, W.j) = min(W.m)(W.X(W.b, W.c, constant(W.place, outside)))});
}

Definition Maxout::definition(const Types& operands) const {
  const Shape& x = operands[0].shape;
  const int place = dimension_of(axis, x.rank());
  const Tensor<any_rank> X(0, "X", operands[0]);
  const IndexPack<'a'> a(x.slice(0, place));
  const IndexPack<'d'> d(x.slice(place + 1, x.rank()));
  const Index<'c'> c{x[place] / pieces};
  const Index<'k'> k{pieces};
  return bind(name, {{"X", operands[0]}}, {Z(a, c, d) = max(k)(X(a, c * pieces + k, d))});
}

Definition LpPool::definition(const Types& operands) const {
  const Shape z = infer(operands).results[0].shape;
  const SlidingWindow W(*this, operands[0], z);
  const auto terms = sum(W.m)(norm_term(W.X(W.b, W.c, zero(W.place)), p));
  return bind(name, {{"X", operands[0]}}, {Z(W.b, W.c, W.j) = norm_root(terms, p)});
}

//   M(b,c,j) = max(m) X(b,c,p);  Z(b,c,j) = min(m) (number of (b,c,p) where X(b,c,p) is M, or NaN)
Definition ArgMaxPool::definition(const Types& operands) const {
  const Shape z = infer(operands).results[0].shape;
  const SlidingWindow W(*this, operands[0], z);
  const auto& b = W.b;
  const auto& c = W.c;
  const auto& j = W.j;
  const Shape &x = operands[0].shape, &space = W.space;
  const int spatial = space.rank();
  const auto element = W.X(b, c, constant(W.place, MaxPool::lowest(operands[0].dtype)));
  const auto M = let(M_(b, c, j) = max(W.m)(element));

  using Set = typename decltype(element)::letters;
  const auto number = [](int64_t n) {
    return Scalar<Letters<>>{make_constant(static_cast<double>(n), DType::i64)};
  };
  IndexExpr in_space;
  Scalar<Set> candidate = select(equal(element, element), equal(element, M(b, c, j)),
                                 not_equal(element, element)); // a NaN is found as such
  for (int k = 0; k < spatial; ++k) {
    const int d = column_major ? spatial - 1 - k : k;
    const IndexExpr& at = W.place.exprs[static_cast<size_t>(d)];
    in_space = in_space * space[d] + at;
    const Scalar<Set> here{make_index(at)};
    candidate = logical_and(candidate, logical_and(number(-1) < here, here < number(space[d])));
  }
  const IndexExpr image = b.value().expr * x[1] + c.value().expr;
  const Scalar<Set> own{make_index(image * space.elements() + in_space)};
  return bind(name, {{"X", operands[0]}},
              {Z(b, c, j) = min(W.m)(select(candidate, own, number(x.elements())))});
}

} // namespace fovea::ops
