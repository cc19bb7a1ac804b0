#include <fovea/equation/statement.hpp>
#include <fovea/ops/resize.hpp>

#include <algorithm>

namespace fovea::ops {
namespace {

using I = Letters<'i'>;

// Taps of a filter that stand in an equation side by side; more of them are a sum.
constexpr int64_t most_written_out = 24;

// A dimension that is resized, as far as equations need it.
struct Axis {
  int dimension = 0;
  int64_t input = 1, output = 1;
  Fraction scale{};
  int64_t step = 1, offset = 0, unit = 1; // the place of element i: (step i + offset) / unit

  IndexExpr scaled(const IndexExpr& i) const { return i * step + IndexExpr{offset, {}}; }
};

std::vector<Axis> axes_of(const Resize& op, const Shape& x) {
  std::vector<Axis> list;
  for (int d = 0; d < x.rank(); ++d) {
    const ResizedAxis resized = op.axis(d, x[d]);
    const SourcePlace place = resized.place(op.coordinates);
    list.push_back({d, resized.input, resized.output, resized.scale,
                    static_cast<int64_t>(place.step), static_cast<int64_t>(place.offset),
                    static_cast<int64_t>(place.unit)});
  }
  return list;
}

// The element next to a place: floor(x), ceil(x) = floor(x + 1 - 1/unit), floor(x + 1/2), or
// ceil(x - 1/2) = floor(x + 1/2 - 1/(2 unit)).
IndexExpr nearest(const Axis& axis, ResizeRounding rounding) {
  const IndexExpr place = axis.scaled(result_index(axis.dimension));
  switch (rounding) {
  case ResizeRounding::floor:
    return floor_div(place, axis.unit);
  case ResizeRounding::ceil:
    return floor_div(place + IndexExpr{axis.unit - 1, {}}, axis.unit);
  case ResizeRounding::round_prefer_ceil:
    return floor_div(place * 2 + IndexExpr{axis.unit, {}}, 2 * axis.unit);
  default:
    return floor_div(place * 2 + IndexExpr{axis.unit - 1, {}}, 2 * axis.unit);
  }
}

// `inner`, but `value` where a place of tf_crop_and_resize lies outside the input.
Scalar<I> extrapolated(const std::vector<Axis>& axes, const Shape& z, double value,
                       Scalar<I> inner) {
  const Scalar<I> other{make_constant(value, inner.expr->type)};
  for (const Axis& axis : axes) {
    const int d = axis.dimension;
    const IndexExpr place = axis.scaled(result_index(d));
    const IndexExpr beyond = IndexExpr{axis.unit * (axis.input - 1), {}} - place;
    for (const IndexExpr& margin : {place, beyond}) {
      const int64_t first = margin.constant;
      const int64_t last =
          first + (z[d] - 1) * (margin.terms.empty() ? 0 : margin.terms[0].coefficient);
      if (std::min(first, last) < 0)
        inner = select(fovea::value(IndexValue<I>{margin}) < 0.0, other, inner);
    }
  }
  return inner;
}

// What a number of elements about the place counts: element floor(x) + start + k for k < taps.
struct Filter {
  int64_t taps = 2, start = 0;
  double stretch = 1; // multiplies distances
  bool is_normalised = false;

  Filter(const Resize& op, const Axis& axis) {
    const int64_t reach = op.mode == ResizeMode::linear ? 1 : 2;
    const Fraction scale = axis.scale;
    if (op.antialias && scale.numerator < scale.denominator) {
      start = 1 - (reach * scale.denominator + scale.numerator - 1) / scale.numerator;
      stretch = static_cast<double>(scale.numerator) / static_cast<double>(scale.denominator);
      is_normalised = true;
    } else {
      start = 1 - reach;
    }
    taps = 2 - 2 * start;
    is_normalised |= op.exclude_outside;
  }
};

// The weight of an element at a distance of d: linear, or R. Keys, "Cubic Convolution Interpolation
// for Digital Image Processing", 1981, with a free coefficient.
template <class S>
Scalar<S> weight(const Resize& op, const Scalar<S>& distance) {
  const Scalar<S> d = abs(distance);
  if (op.mode == ResizeMode::linear)
    return max(1.0 - d, 0.0);
  const double a = op.cubic_coeff_a;
  const Scalar<S> near = ((a + 2) * d - (a + 3)) * d * d + 1.0;
  const Scalar<S> far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  const Scalar<S> none{make_constant(0, d.expr->type)};
  return select(d <= 1.0, near, select(d < 2.0, far, none));
}

// W(k, o): how much element floor(x(o)) + start + k counts in element o of the result.
Let weights(const Resize& op, const Axis& axis, const Filter& filter, DType type) {
  using KO = Letters<'k', 'o'>;
  const Index<'o'> o{axis.output};
  const Index<'k'> k{filter.taps};
  const IndexExpr place = axis.scaled(o.value().expr);
  const auto fraction = cast(value(IndexValue<Letters<'o'>>{mod(place, axis.unit)}), type) /
                        static_cast<double>(axis.unit);
  const auto distance = cast(value(k + filter.start), type) - fraction;
  Scalar<KO> one{weight(op, distance * filter.stretch).expr};
  if (op.exclude_outside) {
    const IndexValue<KO> element{floor_div(place, axis.unit) + (k + filter.start).expr};
    const Scalar<KO> none{make_constant(0, type)};
    one = select(value(element) < 0.0, none,
                 select(value(axis.input - 1 - element) < 0.0, none, one));
  }
  if (!filter.is_normalised)
    return let(Result("W")(k, o) = one);
  const Let raw = let(E_(k, o) = one);
  return let(Result("W")(k, o) = raw(k, o) / sum(k)(raw(k, o)));
}

// What a dimension's pass reads: the operand, or the result of the pass before.
struct Source {
  StatementPtr statement; // null: the operand
  DType type;

  Expr read(std::vector<IndexExpr> places, int clamped) const {
    std::vector<Subscript> subscripts;
    for (size_t d = 0; d < places.size(); ++d)
      subscripts.push_back({std::move(places[d]),
                            static_cast<int>(d) == clamped ? Boundary::clamp : Boundary::none,
                            nullptr});
    return make_read(statement ? -1 : 0, statement, type, std::move(subscripts));
  }
};

// Along one dimension: T(i) = W(0, i_d) X(.., floor(x(i_d)) + start, ..) + W(1, i_d) X(.. + 1 ..) +
// ..
Source resampled(const Resize& op, const Axis& axis, const Source& source, const Shape& shape,
                 DType type) {
  const int d = axis.dimension;
  const Filter filter(op, axis);
  const Let W = weights(op, axis, filter, type);
  const IndexPack<'i'> i(shape);
  const auto term = [&](const auto& k) {
    using S = union_of<I, typename std::remove_cvref_t<decltype(k)>::letters>;
    std::vector<IndexExpr> places = i.value().exprs;
    places[static_cast<size_t>(d)] =
        floor_div(axis.scaled(result_index(d)), axis.unit) + (k + filter.start).expr;
    return W(k, i[d]) * cast(Scalar<S>{source.read(std::move(places), d)}, type);
  };
  if (filter.taps > most_written_out) {
    const Index<'k'> k{filter.taps};
    return {Result("T")(i) = sum(k)(term(k.value())), type};
  }
  const auto number = [](int64_t k) { return IndexValue<Letters<>>{{k, {}}}; };
  Scalar<I> total = term(number(0));
  for (int64_t k = 1; k < filter.taps; ++k)
    total = total + term(number(k));
  return {Result("T")(i) = total, type};
}

// One dimension after the other. Those that become smaller go first, those that grow go last; the
// last dimension, along which elements are gathered one by one, has its turn between.
Scalar<I> interpolated(const Resize& op, const TensorType& x, std::vector<Axis> axes) {
  std::erase_if(axes, [](const Axis& axis) {
    return axis.step == axis.unit && axis.offset == 0 && axis.input == axis.output;
  });
  const auto growth = [&](const Axis& axis) {
    return axis.dimension == x.shape.rank() - 1
               ? 1.0
               : static_cast<double>(axis.output) / static_cast<double>(axis.input);
  };
  std::stable_sort(axes.begin(), axes.end(),
                   [&](const Axis& a, const Axis& b) { return growth(a) < growth(b); });
  const bool wide = x.dtype == DType::f64 || x.dtype == DType::i32 || x.dtype == DType::i64;
  const DType type = wide ? DType::f64 : DType::f32;
  Source source{nullptr, x.dtype};
  Shape shape = x.shape;
  for (const Axis& axis : axes) {
    shape[axis.dimension] = axis.output;
    source = resampled(op, axis, source, shape, type);
  }
  return {source.read(IndexPack<'i'>(shape).value().exprs, -1)};
}

} // namespace

Definition Resize::definition(const Types& operands) const {
  const TensorType& x = operands[0];
  const Shape z = infer(operands).results[0].shape;
  const IndexPack<'i'> i(z);
  const std::vector<Axis> axes = axes_of(*this, x.shape);
  Scalar<I> result;
  if (mode == ResizeMode::nearest) {
    PackValue<I> places;
    for (const Axis& axis : axes)
      places.exprs.push_back(nearest(axis, rounding));
    result = Tensor<any_rank>(0, "X", x)(clamp(places));
  } else {
    result = cast(interpolated(*this, x, axes), x.dtype);
  }
  if (coordinates == ResizeCoordinates::tf_crop_and_resize)
    result = extrapolated(axes, z, extrapolation_value, result);
  return bind(name, {{"X", x}}, {Z(i) = result});
}

} // namespace fovea::ops
