#pragma once
#include <fovea/op/pointwise.hpp>

namespace fovea {
namespace ops {

// What division of a by b leaves. Of integers it has the sign of b; with `fmod`, and of floats
// always, that of a, as C has it. 0 of an integer by 0.
struct Mod : BinaryOp<Mod> {
  static constexpr const char* name = "mod";
  static constexpr Accepts accepts = Accepts::numbers;

  bool fmod = false;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("fmod", self.fmod);
  }
  constexpr Inferred infer(const Types& operands) const {
    const Inferred inferred = BinaryOp::infer(operands);
    if (inferred.ok() && is_float(operands[0].dtype) && !fmod)
      return ShapeError{"its elements are floats", "integers, or `fmod`", "", "", {}};
    return inferred;
  }
  template <class A, class B>
  auto scalar(const A& a, const B& b) const {
    const auto rest = fovea::fmod(a, b);
    if (fmod || b.expr->type == DType::u8)
      return rest;
    const auto crosses = logical_and(not_equal(rest, 0.0), not_equal(rest < 0.0, b < 0.0));
    return select(crosses, rest + b, rest);
  }
};

} // namespace ops

inline Tensor<> mod(const Tensor<>& a, const Tensor<>& b,
                    SourceLocation location = SourceLocation::current()) {
  return apply(ops::Mod{}, {a, b}, location);
}
// The same with the sign of a.
inline Tensor<> fmod(const Tensor<>& a, const Tensor<>& b,
                     SourceLocation location = SourceLocation::current()) {
  ops::Mod op;
  op.fmod = true;
  return apply(op, {a, b}, location);
}

} // namespace fovea
