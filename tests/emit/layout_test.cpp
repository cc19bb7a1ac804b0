// Emission writes Halide's structs down again; here the two are compared.
#include "compiler/emit/halide_buffer.hpp"

#include <HalideRuntime.h>
#include <gtest/gtest.h>

namespace fovea::emit {

static_assert(sizeof(halide_buffer_t) == halide_buffer_bytes);
static_assert(sizeof(halide_dimension_t) == 4 * halide_dimension_words);
static_assert(offsetof(halide_buffer_t, device) == 0);
static_assert(offsetof(halide_buffer_t, device_interface) == 8);
static_assert(offsetof(halide_buffer_t, host) == 16);
static_assert(offsetof(halide_buffer_t, flags) == 24);
static_assert(offsetof(halide_buffer_t, type) == 32);
static_assert(offsetof(halide_buffer_t, dimensions) == 36);
static_assert(offsetof(halide_buffer_t, dim) == 40);
static_assert(offsetof(halide_dimension_t, extent) == 4);
static_assert(offsetof(halide_dimension_t, stride) == 8);

TEST(HalideBuffer, element_types_are_halides) {
  const auto expect = [](DType type, halide_type_t halide) {
    EXPECT_EQ(halide_type_of(type).code, halide.code) << name_of(type);
    EXPECT_EQ(halide_type_of(type).bits, halide.bits) << name_of(type);
  };
  expect(DType::f16, {halide_type_float, 16});
  expect(DType::bf16, {halide_type_bfloat, 16});
  expect(DType::f32, ::halide_type_of<float>());
  expect(DType::f64, ::halide_type_of<double>());
  expect(DType::i8, ::halide_type_of<int8_t>());
  expect(DType::u8, ::halide_type_of<uint8_t>());
  expect(DType::i32, ::halide_type_of<int32_t>());
  expect(DType::i64, ::halide_type_of<int64_t>());
  expect(DType::boolean, ::halide_type_of<bool>());
}

} // namespace fovea::emit
