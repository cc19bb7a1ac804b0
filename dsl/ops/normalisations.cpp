#include "dsl/ops/p_norm.hpp"

#include <fovea/op/normalisation.hpp>
#include <fovea/ops/layer_norm.hpp>
#include <fovea/ops/log_softmax.hpp>
#include <fovea/ops/lp_normalization.hpp>
#include <fovea/ops/lrn.hpp>

namespace fovea::ops {
namespace {

// Roots where they do: quicker than a power, and as exact.
template <class S>
Scalar<S> powered(const Scalar<S>& base, double exponent) {
  if (exponent == 0.5 || exponent == 0.75)
    return exponent == 0.5 ? sqrt(base) : sqrt(base) * sqrt(sqrt(base));
  return exponent == 1 ? base : pow(base, exponent);
}

} // namespace

Definition normalised(const char* name, const Types& operands, int64_t width, double epsilon) {
  const Shape& x = operands[0].shape;
  const Tensor<any_rank> X(0, "X", operands[0]);
  const Tensor<1> weight(1, "weight", operands[1]), bias(2, "bias", operands[2]);
  const Index<'b'> b{x[0]};
  const Index<'c'> c{x[1]};
  const Index<'g'> g{x[1] / width};
  const Index<'l'> l{width};
  const IndexPack<'j'> j(x.slice(2, x.rank()));
  const IndexPack<'m'> m(x.slice(2, x.rank()));
  const auto element = X(b, g * width + l, m);
  const auto M = let(M_(b, g) = mean(l, m)(element));
  const auto deviation = element - M(b, g);
  const auto variance = mean(l, m)(deviation * deviation);
  const auto S = let(S_(b, g) = 1.0 / sqrt(variance + epsilon));
  const auto normal = (X(b, c, j) - M(b, c / width)) * S(b, c / width);
  return bind(name, {{"X", operands[0]}, {"weight", operands[1]}, {"bias", operands[2]}},
              {Z(b, c, j) = normal * weight(c) + bias(c)});
}

Definition LayerNorm::definition(const Types& operands) const {
  const Shape& x = operands[0].shape;
  const int first = dimension_of(axis, x.rank());
  const Tensor<any_rank> X(0, "X", operands[0]), W(1, "weight", operands[1]);
  const IndexPack<'a'> a(x.slice(0, first));
  const IndexPack<'d'> d(x.slice(first, x.rank()));
  const IndexPack<'e'> e(x.slice(first, x.rank()));
  const auto M = let(M_(a) = mean(e)(X(a, e)));
  const auto deviation = X(a, e) - M(a);
  const auto S = let(S_(a) = 1.0 / sqrt(mean(e)(deviation * deviation) + epsilon));
  const auto scaled = (X(a, d) - M(a)) * S(a) * W(d);
  if (!bias)
    return bind(name, {{"X", operands[0]}, {"weight", operands[1]}}, {Z(a, d) = scaled});
  const Tensor<any_rank> B(2, "bias", operands[2]);
  return bind(name, {{"X", operands[0]}, {"weight", operands[1]}, {"bias", operands[2]}},
              {Z(a, d) = scaled + B(d)});
}

Definition LpNormalization::definition(const Types& operands) const {
  const Shape& x = operands[0].shape;
  const int place = dimension_of(axis, x.rank());
  const Tensor<any_rank> X(0, "X", operands[0]);
  const IndexPack<'a'> a(x.slice(0, place));
  const IndexPack<'d'> d(x.slice(place + 1, x.rank()));
  const Index<'c'> c{x[place]};
  const Index<'k'> k{x[place]};
  const auto N = let(S_(a, d) = norm_root(sum(k)(norm_term(X(a, k, d), p)), p));
  const Scalar<Letters<>> nothing{make_constant(0, operands[0].dtype)};
  return bind(name, {{"X", operands[0]}},
              {Z(a, c, d) = select(equal(N(a, d), 0.0), nothing, X(a, c, d) / N(a, d))});
}

Definition Lrn::definition(const Types& operands) const {
  const Shape& x = operands[0].shape;
  const Tensor<any_rank> X(0, "X", operands[0]);
  const Index<'b'> b{x[0]};
  const Index<'c'> c{x[1]};
  const Index<'n'> n{size};
  const IndexPack<'j'> j(x.slice(2, x.rank()));
  const auto near = X(b, zero(c + n - (size - 1) / 2), j);
  const auto squares = let(S_(b, c, j) = sum(n)(near * near));
  const auto base = squares(b, c, j) * (alpha / static_cast<double>(size)) + bias;
  return bind(name, {{"X", operands[0]}}, {Z(b, c, j) = X(b, c, j) / powered(base, beta)});
}

Definition LogSoftmax::definition(const Types& operands) const {
  const Shape& shape = operands[0].shape;
  const int place = dimension_of(axis, shape.rank());
  const Tensor<any_rank> x(0, "x", operands[0]);
  const IndexPack<'a'> a(shape.slice(0, place));
  const IndexPack<'d'> d(shape.slice(place + 1, shape.rank()));
  const Index<'c'> c;
  const Index<'k'> k;
  const auto M = let(M_(a, d) = max(k)(x(a, k, d)));
  const auto S = let(S_(a, d) = log(sum(k)(exp(x(a, k, d) - M(a, d)))));
  return bind(name, {{"x", operands[0]}}, {Z(a, c, d) = x(a, c, d) - M(a, d) - S(a, d)});
}

} // namespace fovea::ops
