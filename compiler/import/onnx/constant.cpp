#include "compiler/import/onnx/constant.hpp"

#include <fovea/definition/interpreter.hpp>
#include <fovea/error.hpp>

#include <cstring>
#include <new>

namespace fovea::import {
namespace {

constexpr std::align_val_t alignment{weight_alignment};

WeightData new_memory(const TensorType& type, char*& memory) {
  // One byte more, so that there is an address where there is no element.
  std::shared_ptr<char> owner(
      static_cast<char*>(::operator new(static_cast<size_t>(type.bytes()) + 1, alignment)),
      [](char* bytes) { ::operator delete(bytes, alignment); });
  memory = owner.get();
  return {owner, owner.get()};
}

} // namespace

Constant make_constant(std::string name, const TensorType& type, const void* data) {
  Constant made{std::move(name), type, {}};
  char* memory = nullptr;
  made.data = new_memory(type, memory);
  if (type.bytes() > 0)
    std::memcpy(memory, data, static_cast<size_t>(type.bytes()));
  return made;
}

Constant make_integers(std::string name, const Shape& shape, const std::vector<int64_t>& values) {
  return make_constant(std::move(name), {DType::i64, shape}, values.data());
}

Constant scalar(DType dtype, double value) {
  Constant made{{}, {dtype, {}}, {}};
  char* memory = nullptr;
  made.data = new_memory(made.type, memory);
  write_element(dtype, memory, 0, {value, 0, is_float(dtype) ? 0 : static_cast<int64_t>(value)});
  return made;
}

Constant filled(const Shape& shape, const Constant& element) {
  constexpr int64_t most = int64_t{1} << 24;
  if (shape.elements() < 0 || shape.elements() > most)
    throw Error({.what = "a constant that the model makes is too large",
                 .expected = std::to_string(most) + " elements at most",
                 .got = to_string(shape)});
  const size_t size = static_cast<size_t>(size_of(element.type.dtype));
  std::vector<char> bytes(size * static_cast<size_t>(shape.elements()));
  for (size_t at = 0; at < bytes.size(); at += size)
    std::memcpy(bytes.data() + at, element.data.data, size);
  return make_constant({}, {element.type.dtype, shape}, bytes.data());
}

double number_at(const Constant& constant, int64_t k) {
  const Value value = read_element(constant.type.dtype, constant.data.data, k);
  return is_float(constant.type.dtype) ? value.real : static_cast<double>(value.integer);
}

int64_t integer_at(const Constant& constant, int64_t k) {
  return read_element(constant.type.dtype, constant.data.data, k).integer;
}

std::vector<int64_t> integers_of(const Constant& constant) {
  std::vector<int64_t> values;
  for (int64_t k = 0; k < constant.elements(); ++k)
    values.push_back(integer_at(constant, k));
  return values;
}

std::vector<Constant> evaluate(const AnyOp& op, const std::vector<Constant>& operands,
                               const std::string& name) {
  Types types;
  std::vector<const void*> memory;
  for (const Constant& operand : operands) {
    types.push_back(operand.type);
    memory.push_back(operand.data.data);
  }
  const Definition definition = op.definition(types);
  Interpreter interpreter(definition, reader_of(definition, memory));
  std::vector<Constant> results;
  for (size_t r = 0; r < definition.results.size(); ++r) {
    const TensorType type =
        definition.type_of(definition.tensor_of_equation(definition.results[r]));
    Constant result{name, type, {}};
    char* to = nullptr;
    result.data = new_memory(type, to);
    int64_t offset = 0;
    for (const Value& value : interpreter.all(static_cast<int>(r)))
      write_element(type.dtype, to, offset++, value);
    results.push_back(std::move(result));
  }
  return results;
}

} // namespace fovea::import
