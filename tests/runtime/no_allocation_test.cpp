// `run` allocates nothing. Sanitizers bring their own malloc, so there this file is empty.
#include <cstdlib> // defines __GLIBC__ where it is

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)
#include "hand_program.hpp"

#include <fovea/runtime/library.h>

#include <atomic>
#include <cerrno>
#include <gtest/gtest.h>

using namespace fovea_test;

static std::atomic<long> allocations{0};

// Replaces glibc's for the whole program, pool threads included.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* pointer, std::size_t bytes) {
  ++allocations;
  return __libc_realloc(pointer, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** pointer, std::size_t alignment, std::size_t bytes) {
  ++allocations;
  *pointer = __libc_memalign(alignment, bytes);
  return *pointer ? 0 : ENOMEM;
}
}

TEST(NoAllocation, RunAllocatesNothing) {
  HandProgram hand;
  long before_creation = allocations;
  Session session(hand.program, with_threads(4));
  EXPECT_GT(allocations, before_creation); // the counter counts
  fovea_buffer input = hand.input(), output = hand.output();
  fovea_buffer wrong = input;
  wrong.rank = 1;
  long before = allocations;
  fovea_status status = FOVEA_OK, refused = FOVEA_OK;
  for (int i = 0; i < 100; ++i) {
    status |= session.table->run(session.context, &input, 1, &output, 1);
    refused = session.table->run(session.context, &wrong, 1, &output, 1);
  }
  const void* inputs[] = {hand.x.data()};
  void* outputs[] = {hand.y.data()};
  void* no_outputs[] = {nullptr};
  fovea_status refused_pointer = FOVEA_OK;
  for (int i = 0; i < 100; ++i) {
    status |= fovea_library_run(session.context, inputs, outputs);
    refused_pointer = fovea_library_run(session.context, inputs, no_outputs);
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(status, FOVEA_OK);
  EXPECT_EQ(refused, FOVEA_ERROR_WRONG_RANK);
  EXPECT_EQ(refused_pointer, FOVEA_ERROR_NULL_POINTER);
  EXPECT_TRUE(hand.correct());
}
#endif
