#include "compiler/emit/libcalls.hpp"
#include "tests/emit/small_program.hpp"
#include "tests/support/process.hpp"

#include <fovea/error.hpp>

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>

namespace fovea::emission::testing {
namespace {

using fovea::testing::resident_bytes;
using fovea::testing::threads_of_this_process;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Jit, names_every_symbol_that_no_one_defines) {
  const std::vector<std::byte> object = compile_text(R"mlir(
    llvm.func @no_such_function() -> i32
    llvm.func @system(!llvm.ptr) -> i32
    llvm.func @fovea_entry(%a: !llvm.ptr) -> i32 {
      %0 = llvm.call @no_such_function() : () -> i32
      %1 = llvm.call @system(%a) : (!llvm.ptr) -> i32
      %2 = llvm.add %0, %1 : i32
      llvm.return %2 : i32
    })mlir");
  const std::vector<JitObject> objects{{"driver", object}};
  try {
    Jit jit(objects, driver_symbol);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("no_such_function"), HasSubstr("system")))
        << "functions of this process that are no libcalls must not be found";
  }
}

TEST(Jit, refuses_what_is_no_object) {
  const std::vector<std::byte> nonsense(100, std::byte{42});
  const std::vector<JitObject> objects{{"conv1", nonsense}};
  EXPECT_THROW(Jit(objects, driver_symbol), Error);
  EXPECT_THROW(Jit({}, driver_symbol), Error);
}

TEST(Jit, refuses_one_symbol_twice) {
  const std::vector<std::byte> kernels = compile_text(kernels_text);
  const std::vector<JitObject> objects{{"conv1", kernels}, {"conv2", kernels}};
  try {
    Jit jit(objects, "twice");
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("conv2"));
  }
}

TEST(Jit, a_hundred_programs_leave_no_threads_and_no_memory) {
  const ir::Plan plan = small_plan();
  const float unused = 0, w = -0.5f;
  const int threads = threads_of_this_process();
  [[maybe_unused]] int64_t resident = 0;
  for (int round = 0; round < 120; ++round) {
    host::Model model = open_plan(plan, {&unused, &w});
    host::Context context(model, 1 + round % 2);
    float x = static_cast<float>(round), y = 0;
    const fovea_buffer in = buffer_of(&x, scalar);
    fovea_buffer out = buffer_of(&y, scalar);
    context.run({&in, 1}, {&out, 1});
    ASSERT_FLOAT_EQ(y, std::tanh(4 * x - 0.5f));
    if (round == 19)
      resident = resident_bytes();
  }
  EXPECT_EQ(threads_of_this_process(), threads);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they keep freed memory
  EXPECT_LT(resident_bytes() - resident, 16 << 20) << "in a hundred rounds";
#endif
}

TEST(Libcalls, are_mathematics_and_memory) {
  for (const char* name : {"tanhf", "tanh", "expf", "memset", "memcpy", "erff", "fmodf"})
    EXPECT_TRUE(is_libcall(name)) << name;
  for (const char* name :
       {"", "f", "malloc", "printf", "system", "exit", "halide_malloc", "tanhff"})
    EXPECT_FALSE(is_libcall(name)) << name;
}

} // namespace
} // namespace fovea::emission::testing
