#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
// The sides that count: is_inf({.negative = false}).
struct Infinities {
  bool negative = true, positive = true;
};

namespace ops {

// Whether every element is infinite, on the sides that count.
struct IsInf : UnaryOp<IsInf> {
  static constexpr const char* name = "is_inf";
  static constexpr Accepts accepts = Accepts::floats;
  static constexpr bool decides = true;

  bool detect_negative = true;
  bool detect_positive = true;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("detect_negative", self.detect_negative);
    visit("detect_positive", self.detect_positive);
  }
  template <class S>
  auto scalar(const S& x) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (detect_negative && detect_positive)
      return equal(abs(x), infinity);
    if (!detect_negative && !detect_positive)
      return x < -infinity; // nothing is
    return equal(x, detect_positive ? infinity : -infinity);
  }
};

} // namespace ops

constexpr Map is_inf(Map) {
  return map_of<ops::IsInf>();
}
constexpr Layer<ops::IsInf> is_inf(const Infinities& sides,
                                   SourceLocation location = SourceLocation::current()) {
  ops::IsInf op;
  op.detect_negative = sides.negative;
  op.detect_positive = sides.positive;
  return {op, location};
}
inline Tensor<> is_inf(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::IsInf{}, {x}, location);
}

} // namespace fovea
