#include "compiler/command/equation_model.hpp"

#include <fovea/equation/fixed_equation.hpp>

#include <fmt/format.h>

#include <filesystem>

namespace fovea::command {
namespace {

std::map<std::string, TensorType> types_of(const Equations& equations, const Shapes& shapes,
                                           const ElementTypes& element_types) {
  std::map<std::string, TensorType> types;
  for (const Equations::Read& operand : equations.operands()) {
    const auto shape = shapes.find(operand.name);
    const auto dtype = element_types.find(operand.name);
    if (shape != shapes.end())
      types[operand.name] = {dtype != element_types.end() ? dtype->second : operand.dtype,
                             shape->second};
    else if (!operand.typed)
      throw Error(
          {.what = fmt::format("the shape of '{}' is not known", operand.name),
           .expected = fmt::format("a shape of rank {}", operand.rank),
           .hint = fmt::format("give it with --shape {}={}", operand.name,
                               fmt::join(std::vector(static_cast<size_t>(operand.rank), 8), "x"))});
  }
  for (const auto& [name, shape] : shapes)
    if (!types.contains(name))
      types[name] = {DType::f32, shape}; // refused when bound, with the names that there are
  return types;
}

} // namespace

bool is_equation(const std::string& model) {
  std::error_code ignored;
  const bool names_a_file = model.ends_with(".onnx") || model.ends_with(".mlir") ||
                            std::filesystem::exists(model, ignored);
  return model.find('=') != std::string::npos && model.find_first_of("([ ") != std::string::npos &&
         !names_a_file;
}

std::vector<OpenInput> open_inputs(const Equations& equations) {
  std::vector<OpenInput> inputs;
  for (const Equations::Read& operand : equations.operands())
    inputs.push_back(
        {operand.name, std::vector<int64_t>(static_cast<size_t>(operand.rank), int64_t{-1})});
  return inputs;
}

Network network_of(const Equations& equations, const Shapes& shapes,
                   const ElementTypes& element_types,
                   const std::map<std::string, int64_t>& ranges) {
  const Definition definition = equations.bind(types_of(equations, shapes, element_types), ranges);
  Network network(equations.name(), nowhere);
  std::vector<Tensor<>> operands;
  for (const Operand& operand : definition.operands)
    operands.push_back(
        network.input(operand.name, operand.type.shape, operand.type.dtype, nowhere));
  const std::vector<Tensor<>> results =
      network.apply(std::make_shared<FixedEquation>(definition), operands, "", nowhere);
  const std::vector<std::string> names = equations.results();
  for (size_t k = 0; k < results.size(); ++k)
    network.output(names[k], results[k], nowhere);
  return network;
}

} // namespace fovea::command
