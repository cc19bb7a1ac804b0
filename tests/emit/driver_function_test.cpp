#include "tests/emit/small_program.hpp"

#include <HalideRuntime.h>
#include <fovea/error.hpp>

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

namespace fovea::emit::testing {
namespace {

using ::testing::HasSubstr;

int count(const std::string &text, const std::string &part) {
  int found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

host::Model open(const ir::Plan &plan, std::vector<const void *> parameters = {}) {
  const std::vector<std::byte> kernels = compile_text(kernels_text), driver = driver_object(plan);
  return Opened::open(plan, {{"kernels", kernels}, {"driver", driver}}, std::move(parameters));
}

TEST(DriverFunction, reads_as_the_plan) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  const std::string text = to_text(*build_driver(small_plan(), context));
  EXPECT_EQ(count(text, "llvm.alloca"), 3) << "as many as the widest call has tensors";
  EXPECT_EQ(count(text, "llvm.call @"), 4);
  EXPECT_EQ(count(text, "llvm.func @twice"), 1);
  EXPECT_EQ(count(text, "llvm.mlir.global internal constant"), 2) << "one type: two constants";
  EXPECT_THAT(text, HasSubstr("llvm.func @fovea_entry"));
}

TEST(DriverFunction, runs_kernels_in_order_through_the_arena) {
  const float unused = 1000, w = -0.5f;
  host::Model model = open(small_plan(), {&unused, &w});
  host::Context context(model, 1);
  for (float x : {0.f, 0.25f, -1.f}) {
    float y = 0;
    const fovea_buffer in = buffer_of(&x, scalar);
    fovea_buffer out = buffer_of(&y, scalar);
    context.run({&in, 1}, {&out, 1});
    EXPECT_FLOAT_EQ(y, std::tanh(4 * x - 0.5f));
  }
}

TEST(DriverFunction, buffers_describe_their_tensors_innermost_dimension_first) {
  const TensorType seen{DType::i8, Shape{5, 7, 11}}, raw{DType::u8, Shape{56 + 48}};
  ir::Plan plan;
  plan.name = "description";
  plan.inputs = {{"x", seen}};
  plan.outputs = {{"bytes", raw}};
  plan.calls = {call("describe", {input(0, seen)}, {output(0, raw)})};
  host::Model model = open(plan);
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
  EXPECT_EQ(buffer.host, reinterpret_cast<uint8_t *>(x.data()));
  EXPECT_EQ(buffer.device, 0u);
  EXPECT_EQ(buffer.device_interface, nullptr);
  EXPECT_EQ(buffer.flags, 0u);
  EXPECT_TRUE(buffer.type == ::halide_type_of<int8_t>());
  EXPECT_EQ(buffer.dimensions, 3);
  EXPECT_EQ(dimensions[0], halide_dimension_t(0, 11, 1));
  EXPECT_EQ(dimensions[1], halide_dimension_t(0, 7, 11));
  EXPECT_EQ(dimensions[2], halide_dimension_t(0, 5, 77));
}

TEST(DriverFunction, stops_at_the_first_kernel_that_fails) {
  ir::Plan plan;
  plan.name = "failing";
  plan.inputs = {{"x", scalar}};
  plan.outputs = {{"y", scalar}};
  plan.arena_bytes = 64;
  plan.calls = {call("twice", {input(0)}, {arena(0)}), call("fails", {input(0)}, {arena(0)}),
                call("twice", {input(0)}, {output(0)})};
  host::Model model = open(plan);
  host::Context context(model, 1);
  float x = 1, y = -1;
  const fovea_buffer in = buffer_of(&x, scalar);
  fovea_buffer out = buffer_of(&y, scalar);
  try {
    context.run({&in, 1}, {&out, 1});
    FAIL() << "expected an error";
  } catch (const host::RunError &error) {
    EXPECT_EQ(error.code(), FOVEA_ERROR_KERNEL_FAILED);
    EXPECT_THAT(error.what(), HasSubstr("code 7"));
  }
  EXPECT_EQ(y, -1) << "the kernel behind the failure has run";
}

TEST(DriverFunction, refuses_strides_beyond_32_bits) {
  const TensorType huge{DType::i8, Shape{2, int64_t{1} << 31}};
  ir::Plan plan;
  plan.calls = {call("twice", {input(0, huge)}, {output(0, huge)})};
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  EXPECT_THROW(build_driver(plan, context), Error);
}

} // namespace
} // namespace fovea::emit::testing
