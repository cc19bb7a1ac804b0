#include <fovea/equation/statement.hpp>
#include <fovea/ops/adaptive_avg_pool.hpp>
#include <fovea/ops/adaptive_max_pool.hpp>
#include <fovea/ops/max_pool.hpp>

#include <numeric>
#include <optional>

namespace fovea::ops {
namespace {

// The windows of an adaptive pool. Those of a dimension have one extent where the number of outputs
// divides that of the input; else each is counted from its first element to the widest one's
// extent, and what lies behind its own end does not count.
struct AdaptiveWindows {
  using Set = Letters<'b', 'c', 'j', 'm'>;
  Tensor<any_rank> X;
  Index<'b'> b;
  Index<'c'> c;
  IndexPack<'j'> j;
  IndexPack<'m'> m;
  PackValue<Letters<'j', 'm'>> place;
  std::optional<Scalar<Letters<'j', 'm'>>> inside; // none: every element counts
  Scalar<Letters<'j'>> count;

  AdaptiveWindows(const TensorType& x, const Shape& outputs)
      : X(0, "X", x), b{x.shape[0]}, c{x.shape[1]}, j(outputs),
        m(widest(x.shape.slice(2, x.shape.rank()), outputs)), count{make_constant(1, x.dtype)} {
    for (int d = 0; d < outputs.rank(); ++d) {
      const int64_t extent = x.shape[2 + d];
      const auto begin = j[d] * extent / outputs[d];
      const auto end = (j[d] * extent + (extent + outputs[d] - 1)) / outputs[d];
      const auto at = begin + m[d];
      place.exprs.push_back(at.expr);
      if (extent % outputs[d] == 0) {
        count = count * static_cast<double>(extent / outputs[d]);
        continue;
      }
      count = count * cast(value(end - begin), x.dtype);
      const auto counts = value(at) < value(end);
      inside = inside ? logical_and(*inside, counts) : counts;
    }
  }

  // The elements; `otherwise` where one does not count.
  Scalar<Set> elements(double otherwise) const {
    if (!inside)
      return {X(b, c, place).expr};
    const Scalar<Letters<>> none{make_constant(otherwise, X.type().dtype)};
    return {select(*inside, X(b, c, clamp(place)), none).expr};
  }

 private:
  static Shape widest(const Shape& space, const Shape& outputs) {
    Shape extents;
    for (int d = 0; d < space.rank(); ++d) {
      // Where a window starts, j*extent mod outputs takes every multiple of their common divisor.
      const int64_t latest = outputs[d] - std::gcd(space[d], outputs[d]);
      extents.push_back((latest + space[d] + outputs[d] - 1) / outputs[d]);
    }
    return extents;
  }
};

} // namespace

Definition AdaptiveAvgPool::definition(const Types& operands) const {
  const Shape z = infer(operands).results[0].shape;
  const AdaptiveWindows W(operands[0], z.slice(2, z.rank()));
  return bind(name, {{"X", operands[0]}}, {Z(W.b, W.c, W.j) = sum(W.m)(W.elements(0)) / W.count});
}

Definition AdaptiveMaxPool::definition(const Types& operands) const {
  const Shape z = infer(operands).results[0].shape;
  const AdaptiveWindows W(operands[0], z.slice(2, z.rank()));
  const double lowest = MaxPool::lowest(operands[0].dtype);
  return bind(name, {{"X", operands[0]}}, {Z(W.b, W.c, W.j) = max(W.m)(W.elements(lowest))});
}

} // namespace fovea::ops
