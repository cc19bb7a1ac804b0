// Emission writes Halide's structs down again; here the two are compared.
#include "compiler/emit/halide_buffer.hpp"
#include "tests/emit/small_program.hpp"

#include <HalideRuntime.h>
#include <gtest/gtest.h>

#include <cstring>

namespace fovea::emission::testing {

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

TEST(HalideBuffer, describes_its_tensor_innermost_dimension_first) {
  const TensorType seen{DType::i8, Shape{5, 7, 11}}, raw{DType::u8, Shape{56 + 48}};
  ir::Plan plan;
  plan.name = "description";
  plan.inputs = {{"x", seen}};
  plan.outputs = {{"bytes", raw}};
  plan.calls = {call("describe", {input(0, seen)}, {output(0, raw)})};
  host::Model model = open_plan(plan);
  host::Context context(model, 1);

  std::vector<int8_t> x(5 * 7 * 11);
  std::vector<uint8_t> bytes(56 + 48, 0xff);
  const fovea_buffer in = buffer_of(x.data(), seen);
  fovea_buffer out = buffer_of(bytes.data(), raw);
  context.run({&in, 1}, {&out, 1});

  halide_buffer_t buffer;
  halide_dimension_t dimensions[3];
  std::memcpy(&buffer, bytes.data(), sizeof buffer);
  std::memcpy(dimensions, bytes.data() + sizeof buffer, sizeof dimensions);
  EXPECT_EQ(buffer.host, reinterpret_cast<uint8_t*>(x.data()));
  EXPECT_EQ(buffer.device, 0u);
  EXPECT_EQ(buffer.device_interface, nullptr);
  EXPECT_EQ(buffer.flags, 0u);
  EXPECT_TRUE(buffer.type == ::halide_type_of<int8_t>());
  EXPECT_EQ(buffer.dimensions, 3);
  EXPECT_EQ(dimensions[0], halide_dimension_t(0, 11, 1));
  EXPECT_EQ(dimensions[1], halide_dimension_t(0, 7, 11));
  EXPECT_EQ(dimensions[2], halide_dimension_t(0, 5, 77));
}

} // namespace fovea::emission::testing
