#include <fovea/definition/interpreter.hpp>

#include "dsl/definition/arithmetic.hpp"
#include "dsl/definition/boundary.hpp"
#include "dsl/definition/memory.hpp"
#include "dsl/definition/program.hpp"
#include "dsl/definition/value.hpp"

#include <fovea/error.hpp>

#include <fmt/format.h>

namespace fovea {

namespace {

[[noreturn]] void fail(std::string what, std::string expected, std::string got,
                       std::string hint = "") {
  throw Error({.what = std::move(what),
               .expected = std::move(expected),
               .got = std::move(got),
               .hint = std::move(hint)});
}

} // namespace

namespace interpreting {

// What is kept for one equation. No equation reads itself or a later one, so each has one set of
// current indices.
struct EquationState {
  const Equation* equation;
  Program program;
  std::vector<int64_t> extents; // free, then reduced
  ElementMemory memory;
  std::vector<int64_t> indices;
  std::vector<Value> remembered; // of shared instructions ...
  std::vector<uint64_t> stamps;  // ... at this evaluation
  uint64_t evaluation = 0;
  double allowed_error = 0; // beside the equation's own

  EquationState(const Definition& definition, size_t number)
      : equation(&definition.equations[number]), program(flatten(definition, number)),
        memory(count_of(definition, *equation)), remembered(program.instructions.size()),
        stamps(program.instructions.size()) {
    for (const auto* ranges : {&equation->free, &equation->reduced})
      for (const IndexRange& range : *ranges)
        extents.push_back(range.extent);
    indices.resize(extents.size());
  }

  static int64_t count_of(const Definition& definition, const Equation& equation) {
    const int64_t count = equation.shape().elements();
    for (const auto* ranges : {&equation.free, &equation.reduced})
      for (const IndexRange& range : *ranges)
        if (count < 0 || range.extent < 0)
          fail(fmt::format("definition '{}': equation '{}' is too large", definition.name,
                           equation.name),
               "extents >= 0 and at most 2^63 elements", to_string(equation.shape()));
    return count;
  }
};

} // namespace interpreting

using namespace interpreting;

struct Interpreter::State {
  const Definition& definition;
  OperandReader read_operand;
  std::vector<EquationState> equations;

  State(const Definition& definition, OperandReader reader)
      : definition(definition), read_operand(std::move(reader)) {
    for (size_t e = 0; e < definition.equations.size(); ++e)
      equations.emplace_back(definition, e);
  }

  Value element(size_t equation, int64_t offset) {
    EquationState& state = equations[equation];
    if (const Value* known = state.memory.find(offset))
      return *known;
    int64_t rest = offset;
    for (size_t d = state.equation->free.size(); d-- > 0; rest /= state.extents[d])
      state.indices[d] = rest % state.extents[d];
    Value value = state.equation->reduction ? reduced(state) : body(state);
    value.error += state.allowed_error;
    state.memory.store(offset, value);
    return value;
  }

 private:
  Value body(EquationState& state) {
    const DType type = state.equation->body->type;
    return arithmetic::convert(evaluate(state), type, state.equation->type);
  }

  Value evaluate(EquationState& state) {
    ++state.evaluation;
    return evaluate(state, state.program.root);
  }

  Value reduced(EquationState& state) {
    const Equation& equation = *state.equation;
    const DType type = equation.body->type;
    const bool accumulates =
        equation.reduction == ReduceKind::sum || equation.reduction == ReduceKind::product;
    const DType own = accumulates ? equation.accumulator : type;
    arithmetic::Accumulator accumulator(*equation.reduction, own);
    const size_t first = equation.free.size(), end = state.extents.size();
    bool any = true;
    for (size_t d = first; d < end; ++d) {
      state.indices[d] = 0;
      any = any && state.extents[d] > 0;
    }
    while (any) {
      accumulator.add(arithmetic::convert(evaluate(state), type, own));
      size_t d = end;
      while (d > first && ++state.indices[d - 1] == state.extents[d - 1])
        state.indices[--d] = 0;
      any = d > first;
    }
    return arithmetic::convert(accumulator.result(), own, equation.type);
  }

  Value evaluate(EquationState& state, int number) {
    const size_t k = static_cast<size_t>(number);
    const Instruction& instruction = state.program.instructions[k];
    if (!instruction.shared)
      return compute(state, instruction);
    if (state.stamps[k] != state.evaluation) {
      state.remembered[k] = compute(state, instruction);
      state.stamps[k] = state.evaluation;
    }
    return state.remembered[k];
  }

  // The value of an instruction as one of `type`.
  Value evaluate_as(EquationState& state, int number, DType type) {
    const Value value = evaluate(state, number);
    const DType own = state.program.instructions[static_cast<size_t>(number)].type;
    return own == type ? value : arithmetic::convert(value, own, type);
  }

  Value compute(EquationState& state, const Instruction& instruction) {
    switch (instruction.kind) {
    case Node::Kind::constant:
      return instruction.constant;
    case Node::Kind::index:
      return arithmetic::convert({0, 0, instruction.index.at(state.indices)}, DType::i64,
                                 instruction.type);
    case Node::Kind::read:
      return read(state, instruction);
    case Node::Kind::cast:
      return evaluate_as(state, instruction.arguments[0], instruction.type);
    default:
      break;
    }
    if (instruction.op == ScalarOp::select)
      return select(state, instruction);
    const Value a = evaluate_as(state, instruction.arguments[0], instruction.argument_type);
    const Value b = instruction.argument_count > 1
                        ? evaluate_as(state, instruction.arguments[1], instruction.argument_type)
                        : Value{};
    return arithmetic::apply(instruction.op, instruction.type, instruction.argument_type, a, b);
  }

  // Only the branch that is taken is evaluated: the other may read outside its tensor.
  Value select(EquationState& state, const Instruction& instruction) {
    const Value condition = evaluate_as(state, instruction.arguments[0], DType::boolean);
    const int taken = condition.integer ? 1 : 2;
    const Value value = evaluate_as(state, instruction.arguments[taken], instruction.type);
    if (condition.error == 0)
      return value;
    const Value other = evaluate_as(state, instruction.arguments[3 - taken], instruction.type);
    return arithmetic::either(value, other, instruction.type);
  }

  Value read(EquationState& state, const Instruction& instruction) {
    int64_t offset = 0;
    double doubt = 0; // of the element, where its place is not certain
    for (const FlatSubscript& subscript : instruction.subscripts) {
      int64_t index = subscript.index.at(state.indices);
      if (subscript.computed >= 0) {
        const Value place = evaluate_as(state, subscript.computed, DType::i64);
        index = place.integer;
        doubt = place.error == 0 ? doubt : arithmetic::infinity;
      }
      if (index < 0 || index >= subscript.extent) {
        if (subscript.boundary == Boundary::fill)
          return doubtful(evaluate_as(state, subscript.fill, instruction.type), doubt);
        if (subscript.boundary == Boundary::none || subscript.extent == 0)
          outside(state, instruction, subscript, index);
        index = folded(index, subscript.extent, subscript.boundary);
      }
      offset += index * subscript.stride;
    }
    const size_t tensor = static_cast<size_t>(instruction.tensor);
    const size_t operands = definition.operands.size();
    const Value value = tensor < operands ? read_operand(instruction.tensor, offset)
                                          : element(tensor - operands, offset);
    return doubtful(arithmetic::convert(value, instruction.argument_type, instruction.type), doubt);
  }

  static Value doubtful(Value value, double doubt) {
    value.error += doubt;
    return value;
  }

  [[noreturn]] void outside(const EquationState& state, const Instruction& instruction,
                            const FlatSubscript& subscript, int64_t index) const {
    const size_t tensor = static_cast<size_t>(instruction.tensor);
    const size_t operands = definition.operands.size();
    const std::string& name = tensor < operands ? definition.operands[tensor].name
                                                : definition.equations[tensor - operands].name;
    fail(fmt::format("definition '{}': equation '{}' reads outside '{}' in dimension {}",
                     definition.name, state.equation->name, name,
                     &subscript - instruction.subscripts.data()),
         fmt::format("an index in 0..{}", subscript.extent - 1), std::to_string(index),
         "give the read a boundary rule: zero, fill, clamp, reflect or wrap");
  }
};

Interpreter::Interpreter(const Definition& definition, OperandReader operands)
    : state_(std::make_unique<State>(definition, std::move(operands))) {}

Interpreter::~Interpreter() = default;

namespace {

const Equation& equation_of(const Definition& definition, int result) {
  if (result < 0 || static_cast<size_t>(result) >= definition.results.size())
    fail(fmt::format("definition '{}' has no result {}", definition.name, result),
         fmt::format("a number below {}", definition.results.size()), std::to_string(result));
  return definition.equations[static_cast<size_t>(definition.results[static_cast<size_t>(result)])];
}

} // namespace

Value Interpreter::element(int result, const std::vector<int64_t>& indices) {
  const Shape shape = equation_of(state_->definition, result).shape();
  bool inside = static_cast<int>(indices.size()) == shape.rank();
  int64_t offset = 0;
  for (int d = 0; inside && d < shape.rank(); ++d) {
    const int64_t index = indices[static_cast<size_t>(d)];
    inside = index >= 0 && index < shape[d];
    offset = offset * shape[d] + index;
  }
  if (!inside)
    fail(fmt::format("definition '{}': no such element of result {}", state_->definition.name,
                     result),
         "indices within " + to_string(shape), fmt::format("{}", fmt::join(indices, ", ")));
  return state_->element(
      static_cast<size_t>(state_->definition.results[static_cast<size_t>(result)]), offset);
}

void Interpreter::allow_error(int equation, double error) {
  state_->equations.at(static_cast<size_t>(equation)).allowed_error = error;
}

std::vector<Value> Interpreter::all(int result) {
  const int64_t count = equation_of(state_->definition, result).shape().elements();
  const size_t equation =
      static_cast<size_t>(state_->definition.results[static_cast<size_t>(result)]);
  std::vector<Value> values(static_cast<size_t>(count));
  for (int64_t k = 0; k < count; ++k)
    values[static_cast<size_t>(k)] = state_->element(equation, k);
  return values;
}

} // namespace fovea
