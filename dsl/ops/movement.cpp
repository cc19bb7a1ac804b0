#include <fovea/equation/statement.hpp>
#include <fovea/op/movement.hpp>
#include <fovea/ops/reshape.hpp>
#include <fovea/ops/slice.hpp>

namespace fovea {
namespace ops {

Definition moved(const char* name, const TensorType& x, const Shape& z,
                 const std::vector<IndexExpr>& places) {
  const Tensor<any_rank> X(0, "X", x);
  const IndexPack<'i'> i(z);
  return bind(name, {{"X", x}}, {Z(i) = X(PackValue<Letters<'i'>>{places})});
}

std::vector<IndexExpr> row_major_places(const Shape& x, const Shape& z) {
  std::vector<IndexExpr> places(static_cast<size_t>(x.rank()));
  for (int from = x.rank(), to = z.rank(); from > 0 && to > 0;) {
    // The shortest run of dimensions before `from` and `to` that holds equally many on both sides.
    int64_t read = x[--from], written = z[--to];
    const int last = from, last_written = to;
    while (read != written)
      if (read < written)
        read *= x[--from];
      else
        written *= z[--to];
    IndexExpr number; // of the element, in the run
    int64_t stride = 1;
    for (int d = last_written; d >= to; stride *= z[d--])
      number = number + result_index(d) * (z[d] == 1 ? 0 : stride);
    stride = 1;
    for (int d = last; d >= from; stride *= x[d--])
      if (x[d] != 1) {
        const IndexExpr digits = floor_div(number, stride);
        // The outermost digit needs no modulus.
        places[static_cast<size_t>(d)] = stride * x[d] == read ? digits : mod(digits, x[d]);
      }
  }
  return places;
}

} // namespace ops

Tensor<> UnitDimensions::operator()(const Tensor<>& input) const {
  const Inferred shape = target(input.type(), axes);
  if (shape.ok())
    return reshape(shape.results[0].shape, location)(input);
  const ShapeError& error = shape.error;
  throw Error({.what = std::string(name) + ": " + render(error.what, error, input.shape()),
               .where = location,
               .expected = render(error.expected, error, input.shape()),
               .got = render(error.got, error, input.shape()),
               .hint = render(error.hint, error, input.shape()),
               .trail = input.network().trail(input.value())});
}

namespace {

// An axis of `x` from the front; throws Error where it is none.
int axis_of(const Tensor<>& x, int64_t axis, SourceLocation location) {
  if (const ShapeError error = ops::check_axis(axis, x.shape().rank()); error.what)
    throw Error({.what = "split: " + render(error.what, error, x.shape()),
                 .where = location,
                 .expected = render(error.expected, error, x.shape()),
                 .got = render(error.got, error, x.shape())});
  return ops::dimension_of(axis, x.shape().rank());
}

} // namespace

std::vector<Tensor<>> split(const Tensor<>& x, const std::vector<int64_t>& extents, int64_t axis,
                            SourceLocation location) {
  const int d = axis_of(x, axis, location);
  int64_t total = 0;
  for (int64_t extent : extents)
    if (extent < 1 || __builtin_add_overflow(total, extent, &total)) {
      total = -1;
      break;
    }
  if (total != x.shape()[d])
    throw Error({.what = "split: the parts do not make up dimension " + std::to_string(d) +
                         " of the input " + to_string(x.shape()),
                 .where = location,
                 .expected = "extents >= 1 whose sum is " + std::to_string(x.shape()[d]),
                 .got = to_string(Shape(extents))});
  std::vector<Tensor<>> parts;
  int64_t begin = 0;
  for (int64_t extent : extents) {
    parts.push_back(slice(d, begin, begin + extent, 1, location)(x));
    begin += extent;
  }
  return parts;
}

std::vector<Tensor<>> split_evenly(const Tensor<>& x, int64_t parts, int64_t axis,
                                   SourceLocation location) {
  const int64_t extent = x.shape()[axis_of(x, axis, location)];
  const int64_t each = parts < 1 ? extent : (extent + parts - 1) / parts;
  if (parts < 1 || (parts - 1) * each >= extent)
    throw Error({.what = "split_evenly: the input " + to_string(x.shape()) +
                         " has too few elements along the axis",
                 .where = location,
                 .expected = "1 to " + std::to_string(extent) + " parts, none of them empty",
                 .got = std::to_string(parts)});
  std::vector<int64_t> extents(static_cast<size_t>(parts), each);
  extents.back() = extent - (parts - 1) * each;
  return split(x, extents, axis, location);
}

} // namespace fovea
