#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

inline constexpr double unbounded = std::numeric_limits<double>::infinity();

// Is it an integer of this integer type?
constexpr bool holds(DType type, double number) {
  const int bits = static_cast<int>(size_of(type)) * 8 - (type == DType::u8 ? 0 : 1);
  const double end = static_cast<double>(uint64_t{1} << bits);
  return number >= (type == DType::u8 ? 0 : -end) && number < end &&
         number == static_cast<double>(static_cast<int64_t>(number));
}

// min(max(x, min), max). Of integers the bounds are integers of their type, or infinite.
struct Clip : UnaryOp<Clip> {
  static constexpr const char* name = "clip";
  static constexpr Accepts accepts = Accepts::numbers;

  double min = -unbounded;
  double max = unbounded;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("min", self.min);
    visit("max", self.max);
  }
  constexpr Inferred infer(const Types& operands) const {
    if (min != min || max != max)
      return ShapeError{"a bound is not a number", "min and max", "NaN", "", {}};
    const DType type = operands[0].dtype;
    for (double bound : {min, max})
      if (!is_float(type) && bound > -unbounded && bound < unbounded && !holds(type, bound))
        return ShapeError{"a bound is no integer of the element type", "", "", "", {}};
    return UnaryOp::infer(operands);
  }
  template <class S>
  auto scalar(const S& x) const {
    S y = x;
    if (min > -unbounded)
      y = fovea::max(y, min);
    if (max < unbounded)
      y = fovea::min(y, max);
    return y;
  }
};

} // namespace ops

constexpr Layer<ops::Clip> clip(Located<double> min, double max) {
  ops::Clip op;
  op.min = min.value;
  op.max = max;
  return {op, min.location};
}
inline Tensor<> clip(const Tensor<>& x, double min, double max,
                     SourceLocation location = SourceLocation::current()) {
  return clip({min, location}, max)(x);
}

// min(max(x, 0), 6): Krizhevsky, Convolutional deep belief networks on CIFAR-10, 2010.
inline constexpr Layer<ops::Clip> relu6 = clip(0.0, 6.0);

} // namespace fovea
