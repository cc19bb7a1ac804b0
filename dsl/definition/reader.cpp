#include <fovea/definition/interpreter.hpp>

#include <algorithm>
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

uint16_t half_of(double value) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const double size = std::fabs(value);
  if (std::isnan(value))
    return sign | 0x7e00;
  if (size >= 65520) // half way beyond the largest
    return sign | 0x7c00;
  // Below 2^-14 numbers are as far apart as just above.
  const int exponent = size == 0 ? -14 : std::max(std::ilogb(size), -14);
  const int units = static_cast<int>(std::nearbyint(std::ldexp(size, 10 - exponent)));
  return static_cast<uint16_t>(sign + ((exponent + 14) << 10) + units);
}

uint16_t bfloat_of(double value) {
  const auto bits = std::bit_cast<uint32_t>(static_cast<float>(value));
  const uint32_t to_nearest = std::isnan(value) ? 0x400000 : 0x7fff + (bits >> 16 & 1);
  return static_cast<uint16_t>((std::isnan(value) ? bits | to_nearest : bits + to_nearest) >> 16);
}

template <class T>
void store(void* data, int64_t offset, T value) {
  std::memcpy(static_cast<char*>(data) + offset * static_cast<int64_t>(sizeof(T)), &value,
              sizeof(T));
}

template <class T>
T load(const void* data, int64_t offset) {
  T value;
  std::memcpy(&value, static_cast<const char*>(data) + offset * static_cast<int64_t>(sizeof(T)),
              sizeof(T));
  return value;
}

} // namespace

Value read_element(DType type, const void* data, int64_t offset) {
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

void write_element(DType type, void* data, int64_t offset, const Value& value) {
  switch (type) {
  case DType::f16:
    return store(data, offset, half_of(value.real));
  case DType::bf16:
    return store(data, offset, bfloat_of(value.real));
  case DType::f32:
    return store(data, offset, static_cast<float>(value.real));
  case DType::f64:
    return store(data, offset, value.real);
  case DType::i8:
  case DType::u8:
    return store(data, offset, static_cast<uint8_t>(value.integer));
  case DType::i32:
    return store(data, offset, static_cast<int32_t>(value.integer));
  case DType::i64:
    return store(data, offset, value.integer);
  case DType::boolean:
    return store(data, offset, static_cast<uint8_t>(value.integer != 0));
  }
}

OperandReader reader_of(const Definition& definition, const std::vector<const void*>& operands) {
  std::vector<std::pair<DType, const void*>> tensors;
  for (size_t k = 0; k < definition.operands.size(); ++k)
    tensors.emplace_back(definition.operands[k].type.dtype, operands.at(k));
  return [tensors = std::move(tensors)](int operand, int64_t offset) {
    const auto& [type, data] = tensors[static_cast<size_t>(operand)];
    return read_element(type, data, offset);
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
