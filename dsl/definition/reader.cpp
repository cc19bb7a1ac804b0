#include <fovea/definition/interpreter.hpp>

#include <bit>
#include <cmath>
#include <cstring>

namespace fovea {
namespace {

// 1 sign, 5 exponent (bias 15), 10 mantissa bits.
double from_half(uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  double size = 0;
  if (exponent == 31)
    size = mantissa ? std::numeric_limits<double>::quiet_NaN()
                    : std::numeric_limits<double>::infinity();
  else if (exponent == 0)
    size = std::ldexp(mantissa, -24);
  else
    size = std::ldexp(1024 + mantissa, exponent - 25);
  return bits >> 15 ? -size : size;
}

// The upper half of an f32.
double from_bfloat(uint16_t bits) {
  return std::bit_cast<float>(uint32_t{bits} << 16);
}

template <class T>
T load(const void* data, int64_t offset) {
  T value;
  std::memcpy(&value, static_cast<const char*>(data) + offset * static_cast<int64_t>(sizeof(T)),
              sizeof(T));
  return value;
}

Value read(DType type, const void* data, int64_t offset) {
  switch (type) {
  case DType::f16:
    return {from_half(load<uint16_t>(data, offset)), 0, 0};
  case DType::bf16:
    return {from_bfloat(load<uint16_t>(data, offset)), 0, 0};
  case DType::f32:
    return {load<float>(data, offset), 0, 0};
  case DType::f64:
    return {load<double>(data, offset), 0, 0};
  case DType::i8:
    return {0, 0, load<int8_t>(data, offset)};
  case DType::u8:
    return {0, 0, load<uint8_t>(data, offset)};
  case DType::i32:
    return {0, 0, load<int32_t>(data, offset)};
  case DType::i64:
    return {0, 0, load<int64_t>(data, offset)};
  case DType::boolean:
    break;
  }
  return {0, 0, load<uint8_t>(data, offset) != 0};
}

} // namespace

OperandReader reader_of(const Definition& definition, const std::vector<const void*>& operands) {
  std::vector<std::pair<DType, const void*>> tensors;
  for (size_t k = 0; k < definition.operands.size(); ++k)
    tensors.emplace_back(definition.operands[k].type.dtype, operands.at(k));
  return [tensors = std::move(tensors)](int operand, int64_t offset) {
    const auto& [type, data] = tensors[static_cast<size_t>(operand)];
    return read(type, data, offset);
  };
}

OperandReader result_reader_of(const Definition& definition,
                               const std::vector<const void*>& results) {
  Definition like; // one whose operands are these results
  for (int result : definition.results)
    like.operands.push_back({"result", definition.type_of(definition.tensor_of_equation(result))});
  return reader_of(like, results);
}

bool agrees(const Value& got, const Value& expected, DType type) {
  if (std::isinf(expected.error))
    return true;
  if (!is_float(type))
    return std::abs(static_cast<double>(got.integer) - static_cast<double>(expected.integer)) <=
               expected.error &&
           (expected.error > 0 || got.integer == expected.integer);
  if (std::isnan(expected.real) || std::isnan(got.real))
    return std::isnan(expected.real) == std::isnan(got.real);
  if (std::isinf(expected.real) || std::isinf(got.real))
    return expected.real == got.real;
  return std::abs(got.real - expected.real) <= expected.error;
}

} // namespace fovea
