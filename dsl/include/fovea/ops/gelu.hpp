#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
enum class GeluApproximation : uint8_t { none, tanh };

constexpr std::string_view name_of(GeluApproximation approximation) {
  return approximation == GeluApproximation::none ? "none" : "tanh";
}
constexpr bool parse(std::string_view name, GeluApproximation& approximation) {
  approximation = name == "tanh" ? GeluApproximation::tanh : GeluApproximation::none;
  return name == name_of(approximation);
}

namespace ops {

// x P(X <= x) for a normal X: x/2 (1 + erf(x / sqrt(2))), or near it with tanh: Hendrycks,
// Gimpel, Gaussian error linear units, 2016.
struct Gelu : UnaryOp<Gelu> {
  static constexpr const char* name = "gelu";
  static constexpr Accepts accepts = Accepts::floats;

  GeluApproximation approximate = GeluApproximation::none;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("approximate", self.approximate);
  }
  template <class S>
  auto scalar(const S& x) const {
    constexpr double sqrt_half = 0.70710678118654752440, sqrt_two_over_pi = 0.79788456080286535588;
    const S inner = approximate == GeluApproximation::none
                        ? erf(x * sqrt_half)
                        : tanh((x + x * x * x * 0.044715) * sqrt_two_over_pi);
    return x * 0.5 * (inner + 1.0);
  }
};

} // namespace ops

constexpr Map gelu(Map) {
  return map_of<ops::Gelu>();
}
constexpr Layer<ops::Gelu> gelu(Located<GeluApproximation> approximate) {
  ops::Gelu op;
  op.approximate = approximate.value;
  return {op, approximate.location};
}
inline Tensor<> gelu(const Tensor<>& x, SourceLocation location = SourceLocation::current()) {
  return apply(ops::Gelu{}, {x}, location);
}

} // namespace fovea
