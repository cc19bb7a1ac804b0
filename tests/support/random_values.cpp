#include "random_values.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <limits>

namespace fovea::testing {
namespace {

template <class Float>
Float special_value(std::mt19937_64& engine) {
  using Limits = std::numeric_limits<Float>;
  const std::array<Float, 12> values = {
      Float(0),           -Float(0),           Limits::denorm_min(), -Limits::denorm_min() * 1000,
      Limits::min(),      Limits::max(),       Limits::lowest(),     Limits::max() / 8,
      Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(),  Limits::epsilon()};
  return values[engine() % values.size()];
}

template <class Float>
Float random_float(ValueRange range, Sprinkle sprinkle, std::mt19937_64& engine) {
  if (sprinkle == Sprinkle::special && engine() % 12 == 0)
    return special_value<Float>(engine);
  return static_cast<Float>(std::uniform_real_distribution<double>(range.low, range.high)(engine));
}

// All values of the type are likely, its ends and small numbers more so.
template <class Int>
Int random_integer(std::mt19937_64& engine) {
  using Limits = std::numeric_limits<Int>;
  switch (engine() % 8) {
  case 0:
    return Limits::min();
  case 1:
    return Limits::max();
  case 2:
  case 3:
    return static_cast<Int>(engine() % 7) - static_cast<Int>(3);
  default:
    return static_cast<Int>(engine());
  }
}

template <class T, class Make>
void fill_with(void* data, int64_t count, Make&& make) {
  auto* bytes = static_cast<char*>(data);
  for (int64_t k = 0; k < count; ++k) {
    const T value = make();
    std::memcpy(bytes + k * static_cast<int64_t>(sizeof(T)), &value, sizeof(T));
  }
}

// The bits of a short float between 2^-4 and 2 (f16: 5 bits of exponent, bias 15; bf16: as float).
uint16_t random_half(std::mt19937_64& engine) {
  const auto sign = static_cast<uint16_t>((engine() & 1) << 15);
  const auto exponent = static_cast<uint16_t>((11 + engine() % 5) << 10);
  return sign | exponent | static_cast<uint16_t>(engine() & 0x3ff);
}
uint16_t random_bfloat(ValueRange range, Sprinkle sprinkle, std::mt19937_64& engine) {
  const float value = random_float<float>(range, sprinkle, engine);
  return static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16);
}

} // namespace

void fill(void* data, DType type, int64_t count, ValueRange range, Sprinkle sprinkle,
          std::mt19937_64& engine) {
  switch (type) {
  case DType::f16:
    return fill_with<uint16_t>(data, count, [&] { return random_half(engine); });
  case DType::bf16:
    return fill_with<uint16_t>(data, count, [&] { return random_bfloat(range, sprinkle, engine); });
  case DType::f32:
    return fill_with<float>(data, count,
                            [&] { return random_float<float>(range, sprinkle, engine); });
  case DType::f64:
    return fill_with<double>(data, count,
                             [&] { return random_float<double>(range, sprinkle, engine); });
  case DType::i8:
    return fill_with<int8_t>(data, count, [&] { return random_integer<int8_t>(engine); });
  case DType::u8:
    return fill_with<uint8_t>(data, count, [&] { return random_integer<uint8_t>(engine); });
  case DType::i32:
    return fill_with<int32_t>(data, count, [&] { return random_integer<int32_t>(engine); });
  case DType::i64:
    return fill_with<int64_t>(data, count, [&] { return random_integer<int64_t>(engine); });
  case DType::boolean:
    return fill_with<uint8_t>(data, count, [&] { return static_cast<uint8_t>(engine() & 1); });
  }
}

} // namespace fovea::testing
