#include "tests/graphs/reference.hpp"

#include "passes/hoist.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace fovea::testing {
namespace {

using Values = std::vector<Value>;
using Operands = std::vector<const Values*>;

Values in_memory(const TensorType& type, const void* data) {
  Values values;
  for (int64_t k = 0; k < type.shape.elements(); ++k)
    values.push_back(read_element(type.dtype, data, k));
  return values;
}

OperandReader reader(const Operands& operands) {
  return [&operands](int operand, int64_t offset) {
    return (*operands[static_cast<size_t>(operand)])[static_cast<size_t>(offset)];
  };
}

// Of the elements, as far as they may be off.
double magnitude(const Values& values) {
  double most = 0;
  for (const Value& value : values)
    most = std::max(most, std::abs(value.real) + value.error);
  return most;
}

// By equation, the most that any of the algorithms may be off in what the op sums.
std::map<int, double> transform_errors(const Definition& definition, const Operands& operands,
                                       const Freedom& freedom) {
  std::map<int, double> errors;
  const catalogue::Problem problem{definition, freedom.target, {}};
  for (const catalogue::Algorithm* algorithm : freedom.transforms) {
    if (!algorithm->matches(problem))
      continue;
    std::vector<double> magnitudes;
    for (const Values* operand : operands)
      magnitudes.push_back(magnitude(*operand));
    if (const auto more = algorithm->transform_error(problem, magnitudes)) {
      double& error = errors[more->equation];
      error = std::max(error, more->error);
    }
  }
  return errors;
}

// Results of x * a + b where that is equal, none else.
std::vector<Values> reassociated(const Definition& definition, const Operands& operands,
                                 const std::vector<bool>& known) {
  const auto hoisted = passes::hoist_known(definition, known, true);
  if (!hoisted)
    return {};
  std::vector<std::vector<Values>> parts;
  for (const passes::Hoisted::Part& part : hoisted->parts) {
    Operands own;
    for (const int operand : part.operands)
      own.push_back(operands[static_cast<size_t>(operand)]);
    Interpreter interpreter(part.definition, reader(own));
    parts.emplace_back();
    for (size_t k = 0; k < part.definition.results.size(); ++k)
      parts.back().push_back(interpreter.all(static_cast<int>(k)));
  }
  Operands own;
  for (const int operand : hoisted->kept)
    own.push_back(operands[static_cast<size_t>(operand)]);
  for (const passes::Hoisted::Source& source : hoisted->sources)
    own.push_back(&parts[static_cast<size_t>(source.part)][static_cast<size_t>(source.result)]);
  Interpreter interpreter(hoisted->rest, reader(own));
  return {interpreter.all(0)};
}

// What either of two ways may give.
void widen(Values& values, const Values& other) {
  for (size_t k = 0; k < values.size(); ++k)
    values[k].error =
        std::max(values[k].error, other[k].error + std::abs(other[k].real - values[k].real));
}

class Reference {
 public:
  Reference(const Network& network, const std::vector<const void*>& inputs, const Freedom& freedom)
      : network_(network), freedom_(freedom), values_(network.values().size()),
        known_(network.values().size()) {
    for (size_t k = 0; k < network.inputs().size(); ++k)
      at(network.inputs()[k]) = in_memory(type_of(network.inputs()[k]), inputs.at(k));
    for (const int parameter : network.parameters()) {
      at(parameter) = in_memory(type_of(parameter), network.weight(parameter).data);
      known_[static_cast<size_t>(parameter)] = true;
    }
  }

  std::vector<Values> run() {
    for (const NodeInfo& node : network_.nodes())
      compute(node);
    std::vector<Values> outputs;
    for (const OutputInfo& output : network_.outputs())
      outputs.push_back(at(output.value));
    return outputs;
  }

 private:
  const TensorType& type_of(int number) const {
    return network_.values()[static_cast<size_t>(number)].type;
  }
  Values& at(int number) { return values_[static_cast<size_t>(number)]; }

  void compute(const NodeInfo& node) {
    Types types;
    Operands operands;
    std::vector<bool> known;
    for (const int operand : node.operands) {
      types.push_back(type_of(operand));
      operands.push_back(&at(operand));
      known.push_back(known_[static_cast<size_t>(operand)]);
    }
    const Definition definition = node.op->definition(types);
    Interpreter interpreter(definition, reader(operands));
    for (const auto& [equation, error] : transform_errors(definition, operands, freedom_))
      interpreter.allow_error(equation, error);
    const bool all_known = std::ranges::find(known, false) == known.end();
    for (size_t k = 0; k < node.results.size(); ++k) {
      at(node.results[k]) = interpreter.all(static_cast<int>(k));
      known_[static_cast<size_t>(node.results[k])] = all_known;
    }
    if (!freedom_.reassociates || all_known || node.results.size() != 1)
      return;
    if (const auto other = reassociated(definition, operands, known); !other.empty())
      widen(at(node.results[0]), other[0]);
  }

  const Network& network_;
  const Freedom& freedom_;
  std::vector<Values> values_; // by value number
  std::vector<bool> known_;    // computed of weights alone
};

} // namespace

std::vector<std::vector<Value>>
interpret(const Network& network, const std::vector<const void*>& inputs, const Freedom& freedom) {
  return Reference(network, inputs, freedom).run();
}

} // namespace fovea::testing
