#pragma once
#include <fovea/op/pool.hpp>

#include <limits>

namespace fovea {
namespace ops {

// The largest element of each window; NaN where one is. Padding never wins.
//   Z(b,c,j) = max(m) X(b, c, j*stride + m*dilation - pad)
struct MaxPool : PoolOp<MaxPool> {
  static constexpr const char* name = "max_pool";

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
    return bind(name, {{"X", operands[0]}},
                {Z(b, c, j) = max(m)(X(b, c, constant(place, lowest(operands[0].dtype))))});
  }

  // The value that loses against every other.
  static double lowest(DType type) {
    switch (type) {
    case DType::i8:
      return -128;
    case DType::u8:
    case DType::boolean:
      return 0;
    case DType::i32:
      return -2147483648.0;
    case DType::i64:
      return -9223372036854775808.0;
    default:
      return -std::numeric_limits<double>::infinity();
    }
  }
};

} // namespace ops

// Max pooling: max_pool(2), max_pool(3, stride(2), pad(1), ceil_mode). Stride: the kernel's size
// unless given.
template <class... Options>
constexpr Layer<ops::MaxPool> max_pool(Located<Extents> kernel, const Options&... options) {
  return detail::pool<ops::MaxPool>(kernel, options...);
}

} // namespace fovea
