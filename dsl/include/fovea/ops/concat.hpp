#pragma once
#include <fovea/blocks/block.hpp>
#include <fovea/equation/statement.hpp>
#include <fovea/op/axis.hpp>

#include <tuple>

namespace fovea {
namespace ops {

// Joins tensors along `axis` (negative: from the end); their other extents are equal.
struct Concat : OpBase<Concat> {
  static constexpr const char* name = "concat";
  static constexpr int inputs = -1;

  int64_t axis = 1;

  template <class Self, class V>
  static constexpr void fields(Self& self, V&& visit) {
    visit("axis", self.axis);
  }

  constexpr int place(const Shape& shape) const { return dimension_of(axis, shape.rank()); }

  constexpr Inferred infer(const Types& operands) const {
    if (operands.overflowed())
      return ShapeError{
          "it has too many operands", "at most {0}", "more", "", {Shape{max_operands}}};
    TensorType result = operands[0];
    if (const ShapeError error = check_operand(result, 1, max_rank); error.what)
      return error;
    if (const ShapeError error = check_axis(axis, result.shape.rank()); error.what)
      return error;
    const int at = place(result.shape);
    for (size_t k = 1; k < operands.size(); ++k) {
      if (const ShapeError error = check_operand(operands[k], 1, max_rank); error.what)
        return error;
      Shape like = operands[0].shape;
      if (operands[k].shape.rank() == like.rank())
        like[at] = operands[k].shape[at];
      if (operands[k].dtype != result.dtype)
        return ShapeError{"its operands have different element types", "equal types", "", "", {}};
      if (!(operands[k].shape == like))
        return ShapeError{"its operands differ beside the axis",
                          "{0}",
                          "{1}",
                          "",
                          {operands[0].shape, operands[k].shape}};
      result.shape[at] += operands[k].shape[at];
      if (const ShapeError error = check_result(result); error.what)
        return error;
    }
    return result;
  }

  // Z(a,c,d) = x0(a,c,d) where c < n0, else x1(a,c-n0,d) where c < n0+n1, ...
  Definition definition(const Types& operands) const {
    const Shape z = infer(operands).results[0].shape;
    const int at = place(z);
    const IndexPack<'a'> a(z.slice(0, at));
    const Index<'c'> c{z[at]};
    const IndexPack<'d'> d(z.slice(at + 1, z.rank()));
    std::vector<Operand> names;
    std::vector<int64_t> begins{0};
    for (size_t k = 0; k < operands.size(); ++k) {
      names.push_back({"x" + std::to_string(k), operands[k]});
      begins.push_back(begins.back() + operands[k].shape[at]);
    }
    auto part = [&](size_t k) {
      const Tensor<any_rank> x(static_cast<int>(k), names[k].name, operands[k]);
      return Scalar<Letters<'a', 'c', 'd'>>{x(a, clamp(c - begins[k]), d).expr};
    };
    auto joined = part(operands.size() - 1);
    for (size_t k = operands.size() - 1; k-- > 0;)
      joined.expr = select(value(c) < static_cast<double>(begins[k + 1]), part(k), joined).expr;
    return bind(name, names, {Z(a, c, d) = joined});
  }
};

} // namespace ops

// Joins tensors, along the channels unless `axis` says otherwise.
inline Tensor<> concat(const std::vector<Tensor<>>& tensors, int64_t axis = 1,
                       SourceLocation location = SourceLocation::current()) {
  ops::Concat op;
  op.axis = axis;
  return apply(op, tensors, location);
}

// Blocks side by side on one input, their results joined along the channels (an Inception module).
template <IsBlock... Branches>
struct Branched : BlockBase {
  std::tuple<Branches...> branches;

  constexpr explicit Branched(const Branches&... branches) : branches(branches...) {}
  constexpr Inferred infer(const Types& inputs) const {
    Types results;
    Inferred bad{TensorType{}};
    std::apply(
        [&](const auto&... branch) {
          auto one = [&](const Inferred& inferred) {
            if (inferred.ok())
              results.push_back(inferred.results[0]);
            else if (bad.ok())
              bad = inferred;
          };
          (one(branch.infer(inputs)), ...);
        },
        branches);
    return bad.ok() ? ops::Concat{}.infer(results) : bad;
  }
  Tensor<> operator()(const Tensor<>& input) const {
    return std::apply(
        [&](const auto&... branch) {
          return apply(ops::Concat{}, std::vector<Tensor<>>{branch(input)...}, {});
        },
        branches);
  }
};
template <IsBlock... Branches>
constexpr auto concat(const Branches&... branches) {
  return Branched<Branches...>(branches...);
}

} // namespace fovea
