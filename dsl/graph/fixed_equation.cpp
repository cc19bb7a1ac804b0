#include <fovea/equation/fixed_equation.hpp>

namespace fovea {

Inferred result_types(const Definition& definition) {
  Inferred inferred{definition.type_of(definition.tensor_of_equation(definition.results[0]))};
  for (size_t k = 1; k < definition.results.size(); ++k)
    inferred.results.push_back(
        definition.type_of(definition.tensor_of_equation(definition.results[k])));
  if (inferred.results.overflowed())
    return ShapeError{"it has more results than an op may have",
                      "at most {0}",
                      "{1}",
                      "",
                      {Shape{static_cast<int64_t>(inferred.results.size())},
                       Shape{static_cast<int64_t>(definition.results.size())}}};
  return inferred;
}

Inferred FixedEquation::infer(const Types& operands) const {
  if (operands.overflowed())
    return ShapeError{"it has too many operands", "at most {0}", "more", "", {Shape{max_operands}}};
  for (size_t k = 0; k < operands.size(); ++k) {
    const TensorType& wanted = definition_.operands[k].type;
    if (operands[k].dtype != wanted.dtype)
      return ShapeError{"an operand has another element type than its equation", "", "", "", {}};
    if (!(operands[k].shape == wanted.shape))
      return ShapeError{"its equation was read from a file, and holds for the shapes there alone",
                        "{0}",
                        "{1}",
                        "change the network where it was written, and save it again",
                        {wanted.shape, operands[k].shape}};
  }
  return result_types(definition_);
}

} // namespace fovea
