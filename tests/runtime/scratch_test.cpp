// Memory of kernels: alignment, order of freeing, exhaustion; the hook table.
#include "hand_program.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

using namespace fovea_test;

namespace {

std::function<int(void*)> body;

int run_body(void* user_context, const void* const*, void* const*, const void* const*, void*) {
  return body(user_context);
}

// Runs `check` as a program with `slab` bytes.
fovea_status with_slab(std::uint64_t slab, std::function<int(void*)> check,
                       std::string* message = nullptr) {
  body = std::move(check);
  HandProgram hand(run_body);
  hand.program.thread_scratch_bytes = slab;
  Session session(hand.program, with_threads(1));
  fovea_buffer input = hand.input(), output = hand.output();
  fovea_status status = session.run(input, output);
  if (message)
    *message = session.message();
  return status;
}

TEST(Scratch, CostIsExact) {
  std::uint64_t slab = FOVEA_SCRATCH_COST(0) + FOVEA_SCRATCH_COST(1) + FOVEA_SCRATCH_COST(64) +
                       FOVEA_SCRATCH_COST(65);
  auto fill = [](void* context) {
    for (std::size_t bytes : {0, 1, 64, 65}) {
      void* pointer = fovea_scratch_malloc(context, bytes);
      if (!pointer || reinterpret_cast<std::uintptr_t>(pointer) % 64)
        return 1;
      std::memset(pointer, 0xff, bytes);
    }
    return 0; // freed by the end of the run
  };
  EXPECT_EQ(with_slab(slab, fill), FOVEA_OK);
  EXPECT_EQ(with_slab(slab - 64, fill), FOVEA_ERROR_INTERNAL);
}

TEST(Scratch, AnyOrderOfFreeing) {
  EXPECT_EQ(with_slab(3 * FOVEA_SCRATCH_COST(100),
                      [](void* context) {
                        int order[] = {0, 1, 2};
                        do {
                          void* blocks[3];
                          for (void*& block : blocks)
                            std::memset(block = fovea_scratch_malloc(context, 100), 1, 100);
                          for (int i : order)
                            fovea_scratch_free(context, blocks[i]);
                        } while (std::next_permutation(order, order + 3));
                        fovea_scratch_free(context, nullptr);
                        return 0;
                      }),
            FOVEA_OK);
}

TEST(Scratch, AFreedTopIsUsedAgain) {
  EXPECT_EQ(with_slab(2 * FOVEA_SCRATCH_COST(256),
                      [](void* context) {
                        void* below = fovea_scratch_malloc(context, 256);
                        void* first = fovea_scratch_malloc(context, 256);
                        fovea_scratch_free(context, first);
                        void* second = fovea_scratch_malloc(context, 256);
                        return first == second && below != first ? 0 : 1;
                      }),
            FOVEA_OK);
}

// A slab that is too small is a bug of a compiler: the kernel must not write through null, and the
// run must not pass for a good one.
TEST(Scratch, ExhaustionIsReportedNotWrittenThrough) {
  std::string message;
  fovea_status status = with_slab(
      FOVEA_SCRATCH_COST(64),
      [](void* context) {
        void* inside = fovea_scratch_malloc(context, 64);
        void* outside = fovea_scratch_malloc(context, 1000);
        std::memset(outside, 7, 1000);
        fovea_scratch_free(context, outside);
        fovea_scratch_free(context, inside);
        return 0;
      },
      &message);
  EXPECT_EQ(status, FOVEA_ERROR_INTERNAL);
  EXPECT_EQ(message,
            "hand: a kernel needed 1088 bytes of scratch more than the 128 that the program "
            "states; this is a bug of the compiler that made it");
}

TEST(Scratch, ExhaustionOnAnyThreadEndsWithItsRun) {
  HandProgram hand(run_body);
  hand.program.thread_scratch_bytes = FOVEA_SCRATCH_COST(64);
  Session session(hand.program, with_threads(3));
  fovea_buffer input = hand.input(), output = hand.output();
  std::size_t bytes = 0;
  body = [&bytes](void* context) {
    return fovea_par_for(
        context,
        [](void* worker, int, std::uint8_t* size) {
          void* memory = fovea_scratch_malloc(worker, *reinterpret_cast<std::size_t*>(size));
          fovea_scratch_free(worker, memory);
          return 0;
        },
        0, 100, reinterpret_cast<std::uint8_t*>(&bytes));
  };
  for (int i = 0; i < 20; ++i) {
    bytes = 128;
    EXPECT_EQ(session.run(input, output), FOVEA_ERROR_INTERNAL);
    EXPECT_NE(session.message().find("needed 64 bytes of scratch more"), std::string::npos);
    bytes = 64;
    EXPECT_EQ(session.run(input, output), FOVEA_OK) << session.message();
  }
}

TEST(Scratch, WithoutAContext) {
  void* pointer = fovea_scratch_malloc(nullptr, 1000);
  ASSERT_NE(pointer, nullptr);
  std::memset(pointer, 1, 1000);
  fovea_scratch_free(nullptr, pointer);
  int sum = 0;
  auto add = [](void*, int i, std::uint8_t* bytes) {
    *reinterpret_cast<int*>(bytes) += i;
    return 0;
  };
  EXPECT_EQ(fovea_par_for(nullptr, add, 1, 4, reinterpret_cast<std::uint8_t*>(&sum)), 0);
  EXPECT_EQ(sum, 10);
}

TEST(Hooks, NamesOfHalide) {
  auto find = [](const std::string& name) -> void* {
    for (const fovea_hook* hook = fovea_hooks(); hook->name; ++hook)
      if (name == hook->name)
        return hook->address;
    return nullptr;
  };
  EXPECT_EQ(find("halide_do_par_for"), reinterpret_cast<void*>(&fovea_par_for));
  EXPECT_EQ(find("halide_malloc"), reinterpret_cast<void*>(&fovea_scratch_malloc));
  EXPECT_EQ(find("halide_free"), reinterpret_cast<void*>(&fovea_scratch_free));
  EXPECT_EQ(find("fovea_set_output_extent"), reinterpret_cast<void*>(&fovea_set_output_extent));
}

} // namespace
