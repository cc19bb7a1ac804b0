#include "interpret.hpp"

#include <fovea/definition/interpreter.hpp>

namespace fovea::testing {
namespace {

Types types_of(const std::vector<Filled>& operands) {
  Types types;
  for (const Filled& operand : operands)
    types.push_back({DType::f64, operand.shape});
  return types;
}

std::vector<Numbers> elements_of(const std::vector<Filled>& operands) {
  std::vector<Numbers> list;
  for (const Filled& operand : operands)
    list.push_back(operand.elements);
  return list;
}

} // namespace

Numbers interpret(const Definition& definition, const std::vector<Numbers>& operands) {
  std::vector<const void*> data;
  for (size_t k = 0; k < operands.size(); ++k) {
    const Operand& operand = definition.operands.at(k);
    if (operand.type.dtype != DType::f64 ||
        static_cast<int64_t>(operands[k].size()) != operand.type.shape.elements())
      throw Error({.what = "test: operand '" + operand.name + "' has other elements",
                   .expected = to_string(operand.type),
                   .got = std::to_string(operands[k].size())});
    data.push_back(operands[k].data());
  }
  Numbers result;
  Interpreter interpreter(definition, reader_of(definition, data));
  for (const Value& value : interpreter.all(0))
    result.push_back(value.real);
  return result;
}

Numbers interpret(const OpPtr& op, const std::vector<Filled>& operands) {
  const Types types = types_of(operands);
  const Inferred inferred = op->infer(types);
  if (!inferred.ok())
    throw Error({.what = render(inferred.error.what, inferred.error, types[0].shape)});
  return interpret(op->definition(types), elements_of(operands));
}

Numbers interpret(const UserEquation& equation, const std::vector<Filled>& operands) {
  return interpret(equation.definition(types_of(operands)), elements_of(operands));
}

} // namespace fovea::testing
