#include "tests/emit/small_program.hpp"

#include <fovea/error.hpp>

#include <gmock/gmock.h>

#include <cmath>

namespace fovea::emission::testing {
namespace {

using ::testing::HasSubstr;

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST(DriverFunction, reads_as_the_plan) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  const std::string text = to_text(*build_driver(small_plan(), context));
  EXPECT_EQ(count(text, "llvm.alloca"), 3) << "as many as the widest call has tensors";
  EXPECT_EQ(count(text, "llvm.call @fovea_kernel_begin"), 4);
  EXPECT_EQ(count(text, "llvm.call @fovea_kernel_end"), 4);
  EXPECT_EQ(count(text, "llvm.call @"), 12) << "and the kernels";
  EXPECT_EQ(count(text, "llvm.func @twice"), 1);
  EXPECT_EQ(count(text, "llvm.mlir.global internal constant"), 2) << "one type: two constants";
  EXPECT_THAT(text, HasSubstr("llvm.func @fovea_entry"));
}

TEST(DriverFunction, runs_kernels_in_order_through_the_arena) {
  const float unused = 1000, w = -0.5f;
  host::Model model = open_plan(small_plan(), {&unused, &w});
  host::Context context(model, 1);
  for (float x : {0.f, 0.25f, -1.f}) {
    float y = 0;
    const fovea_buffer in = buffer_of(&x, scalar);
    fovea_buffer out = buffer_of(&y, scalar);
    context.run({&in, 1}, {&out, 1});
    EXPECT_FLOAT_EQ(y, std::tanh(4 * x - 0.5f));
  }
}

TEST(DriverFunction, stops_at_the_first_kernel_that_fails) {
  ir::Plan plan;
  plan.name = "failing";
  plan.inputs = {{"x", scalar}};
  plan.outputs = {{"y", scalar}};
  plan.arena_bytes = 64;
  plan.calls = {call("twice", {input(0)}, {arena(0)}), call("fails", {input(0)}, {arena(0)}),
                call("twice", {input(0)}, {output(0)})};
  host::Model model = open_plan(plan);
  host::Context context(model, 1);
  float x = 1, y = -1;
  const fovea_buffer in = buffer_of(&x, scalar);
  fovea_buffer out = buffer_of(&y, scalar);
  try {
    context.run({&in, 1}, {&out, 1});
    FAIL() << "expected an error";
  } catch (const host::RunError& error) {
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
} // namespace fovea::emission::testing
