#include <fovea/equation/statement.hpp>
#include <fovea/ops/conv_transpose.hpp>

namespace fovea::ops {
namespace {

using Taps = Letters<'l', 'i', 'r', 't'>;

// The plain convolutions, per dimension.
struct Phases {
  Shape stride, taps, quotients, dilation;
  Shape front;      // what is cut off
  Shape reach, gap; // extent of the kernel, distance of its taps; 1 where none is between

  Phases(const ConvTranspose& op, const Shape& space, const Shape& result) {
    for (int d = 0; d < space.rank(); ++d) {
      const int64_t step = entry(op.stride, d, 1), between = entry(op.dilation, d, 1);
      const bool spread_out = step > 1 && between > 1;
      stride.push_back(step);
      front.push_back(op.cut(d));
      reach.push_back(spread_out ? op.reach(d) : entry(op.kernel, d, 1));
      gap.push_back(spread_out ? between : 1);
      dilation.push_back(step > 1 ? 1 : between);
      taps.push_back((reach[d] + step - 1) / step);
      quotients.push_back((result[d] + step - 1) / step);
    }
  }

  // r + pad
  IndexExpr begin(const IndexPack<'r'>& r, int d) const {
    return (stride[d] > 1 ? r[d].expr : IndexExpr{}) + IndexExpr{front[d], {}};
  }
  // t counted from the last tap.
  IndexExpr backwards(const IndexPack<'t'>& t, int d) const {
    return IndexExpr{taps[d] - 1, {}} - t[d].expr;
  }

  PackValue<Letters<'q', 'r', 't'>> place(const IndexPack<'q'>& q, const IndexPack<'r'>& r,
                                          const IndexPack<'t'>& t) const {
    PackValue<Letters<'q', 'r', 't'>> at;
    for (int d = 0; d < stride.rank(); ++d)
      at.exprs.push_back(q[d].expr + floor_div(begin(r, d), stride[d]) -
                         backwards(t, d) * dilation[d]);
    return at;
  }

  template <class C, class I>
  Scalar<Taps> weight(const Tensor<any_rank>& K, const C& channel, const I& filter,
                      const IndexPack<'r'>& r, const IndexPack<'t'>& t) const {
    PackValue<Letters<'r', 't'>> at;
    IndexExpr apart; // above 0 between taps
    for (int d = 0; d < stride.rank(); ++d) {
      const IndexExpr m = mod(begin(r, d), stride[d]) + backwards(t, d) * stride[d];
      at.exprs.push_back(floor_div(m, gap[d]));
      apart = apart + mod(m, gap[d]);
    }
    const Expr read = K(channel, filter, zero(at)).expr;
    if (apart.is_constant())
      return {read};
    const Expr on_a_tap =
        make_operation(ScalarOp::equal, {make_index(apart), make_constant(0, DType::i64)});
    return {make_operation(ScalarOp::select, {on_a_tap, read, make_constant(0, read->type)})};
  }

  PackValue<Letters<'y'>> phase(const IndexPack<'y'>& y) const {
    return detail::map_pack<Letters<'y'>>(
        y.value().exprs, [&](const IndexExpr& expr, int d) { return mod(expr, stride[d]); });
  }
  PackValue<Letters<'y'>> quotient(const IndexPack<'y'>& y) const {
    return detail::map_pack<Letters<'y'>>(
        y.value().exprs, [&](const IndexExpr& expr, int d) { return floor_div(expr, stride[d]); });
  }
};

} // namespace

// An element y = stride*q + r of the result meets the taps m = (r + pad) mod stride + stride*t
// alone, at x = q + floor((r + pad) / stride) - t: for each phase r of the stride a plain
// convolution P of X, which Z interleaves.
//   P(b,r,i,q) = sum(l,t) X(b, l, x) * K(l, i, m)
//   Z(b,i,y) = B(i) + P(b, y mod stride, i, floor(y / stride))
// t runs backwards, as m does where the stride is 1. A dilated kernel with a stride is one with
// zeros between its taps.
Definition ConvTranspose::definition(const Types& operands) const {
  const Shape &x = operands[0].shape, &k = operands[1].shape;
  const Shape z = infer(operands).results[0].shape;
  const Phases phases(*this, x.slice(2, x.rank()), z.slice(2, z.rank()));
  const Tensor<any_rank> X(0, "X", operands[0]), K(1, "K", operands[1]);
  const Index<'b'> b{x[0]};
  const Index<'i'> i{filters};
  const Index<'l'> l{x[1] / groups};
  const IndexPack<'r'> r(phases.stride);
  const IndexPack<'q'> q(phases.quotients);
  const IndexPack<'t'> t(phases.taps);
  const IndexPack<'y'> y(z.slice(2, z.rank()));

  const auto channel = i / k[1] * (groups == 1 ? 0 : x[1] / groups) + l;
  const auto filter = groups == 1 ? i.value() : i % k[1];
  const auto place = phases.place(q, r, t);
  const auto weight = phases.weight(K, channel, filter, r, t);
  const auto P = let(S_(b, r, i, q) = sum(l, t)(X(b, channel, zero(place)) * weight));
  const auto result = P(b, phases.phase(y), i, phases.quotient(y));
  if (!bias)
    return bind(name, {{"X", operands[0]}, {"K", operands[1]}}, {Z(b, i, y) = result});
  const Tensor<1> B(2, "B", operands[2]);
  return bind(name, {{"X", operands[0]}, {"K", operands[1]}, {"B", operands[2]}},
              {Z(b, i, y) = result + B(i)});
}

} // namespace fovea::ops
