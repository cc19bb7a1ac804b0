#pragma once
#include <fovea/op/pool.hpp>

namespace fovea {
namespace ops {

// The mean of each window, over the elements inside X (with count_include_pad: over padding, too).
//   Z(b,c,j) = sum(m) X(b, c, j*stride + m*dilation - pad) / count(j)
struct AvgPool : PoolOp<AvgPool> {
  static constexpr const char* name = "avg_pool";
  static constexpr bool floats_only = true; // as in ONNX
  bool count_include_pad = false;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    PoolOp::fields(self, visit);
    visit("count_include_pad", self.count_include_pad);
  }

  Definition definition(const Types& operands) const {
    const Shape x = operands[0].shape, z = infer(operands).results[0].shape;
    const Shape space = x.slice(2, x.rank());
    const int spatial = space.rank();
    const Tensor<any_rank> X(0, "X", operands[0]);
    const Index<'b'> b;
    const Index<'c'> c;
    const IndexPack<'j'> j(z.slice(2, z.rank()));
    const IndexPack<'m'> m(spread(kernel, spatial, 1));
    const auto place =
        j * spread(stride, spatial, 1) + m * spread(dilation, spatial, 1) - fronts(space);
    const auto total = sum(m)(X(b, c, zero(place)));

    // Elements of the window that count. The same for all windows (a constant) unless some of them
    // overlap an edge; then it is a product of sums over each dimension's taps.
    const DType type = operands[0].dtype;
    Scalar<Letters<'j'>> count{make_constant(1, type)};
    for (int d = 0; d < spatial; ++d)
      count = count * cast(taps(d, space[d], z[2 + d], j), type);
    return bind(name, {{"X", operands[0]}}, {Z(b, c, j) = total / count});
  }

 private:
  // How many taps of the window at j[d] count in dimension d: those t with
  // 0 <= j*stride + t*dilation - front < limit, where with padding counted (and ceil_mode's excess
  // not) the range is the padded one.
  Scalar<Letters<'j'>> taps(int d, int64_t extent, int64_t outputs, const IndexPack<'j'>& j) const {
    const int64_t step = entry(stride, d, 1), gap = entry(dilation, d, 1),
                  size = entry(kernel, d, 1);
    const int64_t pad = front(d, extent);
    const int64_t low = count_include_pad ? -pad : 0;
    const int64_t high = extent + (count_include_pad ? behind(d, extent) : 0);
    const int64_t last = (outputs - 1) * step + (size - 1) * gap - pad;
    if (-pad >= low && last < high)
      return {make_constant(static_cast<double>(size), DType::i64)};
    // first tap inside: ceil((low - start) / gap), at least 0; end: ceil((high - start) / gap).
    const auto start = j[d] * step - pad;
    const auto first = max(value((low + gap - 1 - start) / gap), 0.0);
    const auto end = min(value((high + gap - 1 - start) / gap), static_cast<double>(size));
    return end - first;
  }
};

} // namespace ops

// In IncludePadding's own namespace, where detail::pool finds it by argument.
constexpr void apply_option(ops::AvgPool& op, IncludePadding) {
  op.count_include_pad = true;
}

// Average pooling: avg_pool(2), avg_pool(3, stride(2), pad(1), count_include_pad). Stride: the
// kernel's size unless given.
template <class... Options>
constexpr Layer<ops::AvgPool> avg_pool(Located<Extents> kernel, const Options&... options) {
  return detail::pool<ops::AvgPool>(kernel, options...);
}

} // namespace fovea
