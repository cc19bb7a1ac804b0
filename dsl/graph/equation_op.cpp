#include <fovea/equation/define.hpp>

#include <fmt/format.h>

namespace fovea {

EquationOp::EquationOp(std::string name, std::vector<int> ranks, SourceLocation location,
                       std::function<Definition(const Types&)> make)
    : name_(std::move(name)), ranks_(std::move(ranks)), location_(location),
      make_(std::move(make)) {}

// Operands may have leading dimensions beyond their stated rank: all the same ones, or none.
Definition EquationOp::definition(const Types& operands) const {
  Types inner;
  Shape leading;
  std::vector<int> mapped;
  for (size_t k = 0; k < operands.size(); ++k) {
    const Shape& shape = operands[k].shape;
    const int rank = ranks_[k] < 0 ? shape.rank() : ranks_[k];
    const int extra = shape.rank() - rank;
    if (extra < 0)
      throw Error({.what = fmt::format("equation '{}': operand {} has the wrong rank", name_, k),
                   .where = location_,
                   .expected = fmt::format("rank {} or more", rank),
                   .got = fmt::format("rank {} ({})", shape.rank(), to_string(shape))});
    inner.push_back({operands[k].dtype, shape.slice(extra, shape.rank())});
    if (extra == 0)
      continue;
    const Shape front = shape.slice(0, extra);
    if (!leading.empty() && !(leading == front))
      throw Error(
          {.what = fmt::format("equation '{}': operands differ in their leading dimensions", name_),
           .where = location_,
           .expected = to_string(leading),
           .got = to_string(front)});
    leading = front;
    mapped.push_back(static_cast<int>(k));
  }
  const Definition definition = make_(inner);
  if (leading.empty())
    return definition;
  for (const Equation& equation : definition.equations)
    if (const ShapeError error = check_result({equation.type, leading + equation.shape()});
        error.what)
      throw Error(
          {.what = fmt::format("equation '{}': {}", name_, render(error.what, error, leading)),
           .where = location_,
           .expected = render(error.expected, error, leading),
           .got = render(error.got, error, leading),
           .detail = "mapped over " + to_string(leading)});
  return map_over(definition, leading, mapped);
}

// Its shape rule is its definition: what binding refuses arrives as Error with the equation's
// place.
Inferred EquationOp::infer(const Types& operands) const {
  const Definition made = definition(operands);
  return made.type_of(made.tensor_of_equation(made.results[0]));
}

} // namespace fovea
