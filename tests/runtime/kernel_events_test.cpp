// What a context's profiler hears of the kernels that a run enters.
#include "hand_program.hpp"

#include <gtest/gtest.h>
#include <thread>

using namespace fovea_test;

namespace {

// The kernel of this number fails; -1: none does.
int failing_kernel = -1;

int three_kernels(void* user_context, const void* const*, void* const*, const void* const*, void*) {
  for (int kernel = 0; kernel < 3; ++kernel) {
    fovea_kernel_begin(user_context, std::uint64_t(kernel));
    int code = fovea_par_for(
        user_context,
        [](void*, int index, std::uint8_t* kernel_of) {
          return index == 5 && *reinterpret_cast<int*>(kernel_of) == failing_kernel ? 9 : 0;
        },
        0, 100, reinterpret_cast<std::uint8_t*>(&kernel));
    fovea_kernel_end(user_context, std::uint64_t(kernel));
    if (code)
      return code;
  }
  return 0;
}

struct Log {
  std::string events;
  std::thread::id thread;
  bool elsewhere = false;
  void add(char kind, std::uint64_t call) {
    events += kind + std::to_string(call) + ' ';
    elsewhere = elsewhere || std::this_thread::get_id() != thread;
  }
  fovea_profiler profiler() {
    return {sizeof(fovea_profiler), this,
            [](void* user, std::uint64_t call) { static_cast<Log*>(user)->add('<', call); },
            [](void* user, std::uint64_t call) { static_cast<Log*>(user)->add('>', call); }};
  }
};

TEST(KernelEvents, InOrderOnTheThreadThatRuns) {
  HandProgram hand(three_kernels);
  fovea_buffer input = hand.input(), output = hand.output();
  for (std::uint32_t threads : {1u, 3u}) {
    Log log;
    log.thread = std::this_thread::get_id();
    fovea_profiler profiler = log.profiler();
    fovea_context_options options = with_threads(threads);
    options.profiler = &profiler;
    Session session(hand.program, options);
    ASSERT_EQ(session.status, FOVEA_OK) << session.text;
    profiler = {}; // was copied
    failing_kernel = -1;
    ASSERT_EQ(session.run(input, output), FOVEA_OK);
    EXPECT_EQ(log.events, "<0 >0 <1 >1 <2 >2 ");
    ASSERT_EQ(session.run(input, output), FOVEA_OK);
    EXPECT_EQ(log.events, "<0 >0 <1 >1 <2 >2 <0 >0 <1 >1 <2 >2 ");
    log.events.clear();
    failing_kernel = 1; // ends, though it failed; the next one does not begin
    EXPECT_EQ(session.run(input, output), FOVEA_ERROR_KERNEL_FAILED);
    EXPECT_EQ(log.events, "<0 >0 <1 >1 ");
    EXPECT_FALSE(log.elsewhere);
  }
  failing_kernel = -1;
}

TEST(KernelEvents, RefusedRunsHaveNone) {
  HandProgram hand(three_kernels);
  Log log;
  fovea_profiler profiler = log.profiler();
  fovea_context_options options = with_threads(1);
  options.profiler = &profiler;
  Session session(hand.program, options);
  fovea_buffer input = hand.input(), output = hand.output();
  input.data = nullptr;
  EXPECT_EQ(session.run(input, output), FOVEA_ERROR_NULL_POINTER);
  EXPECT_EQ(log.events, "");
}

TEST(KernelEvents, NothingHappensWithoutAListener) {
  HandProgram hand(three_kernels);
  Session session(hand.program, with_threads(2));
  fovea_buffer input = hand.input(), output = hand.output();
  EXPECT_EQ(session.run(input, output), FOVEA_OK);
  fovea_kernel_begin(nullptr, 0);
  fovea_kernel_end(nullptr, 0);
}

TEST(KernelEvents, GeneratedCodeFindsTheHooksByName) {
  std::size_t found = 0;
  for (const fovea_hook* hook = fovea_hooks(); hook->name; ++hook) {
    found += hook->name == std::string("fovea_kernel_begin") &&
             hook->address == reinterpret_cast<void*>(&fovea_kernel_begin);
    found += hook->name == std::string("fovea_kernel_end") &&
             hook->address == reinterpret_cast<void*>(&fovea_kernel_end);
  }
  EXPECT_EQ(found, 2u);
}

} // namespace
