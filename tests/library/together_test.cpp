// Several libraries, and several threads, in one process.
#include "emitted.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace fovea::testing {
namespace {

TEST(Together, two_versions_and_another_model_in_one_process) {
  const Emitted& emitted = Emitted::once();
  Network other("other");
  other.output("y", other.input("x", {1, 3, 8, 8}) | conv(4, 3).named("conv1") | relu);
  other.randomize(3);
  emit(other, emitted.folder / "other.so");

  const host::Library old = host::Library::open(emitted.so);
  const host::Library newer = host::Library::open(emitted.newer_so);
  const host::Library third = host::Library::open(emitted.folder / "other.so");
  EXPECT_EQ(old.prefix(), newer.prefix()); // the very same names
  host::Context first(old.model(), 1), second(newer.model(), 2);
  const host::Context beside(third.model(), 1);
  for (unsigned seed = 0; seed < 4; ++seed) {
    const std::vector<float> image = an_image(seed);
    const std::vector<float> a = answer(first, image), b = answer(second, image);
    EXPECT_EQ(a, answer(emitted.model, image));
    EXPECT_EQ(b, answer(emitted.newer_model, image));
    EXPECT_NE(a, b);
  }
}

TEST(Together, even_if_their_names_are_global) {
  const Emitted& emitted = Emitted::once();
  void* first = dlopen(emitted.so.c_str(), RTLD_NOW | RTLD_GLOBAL);
  void* second = dlopen(emitted.newer_so.c_str(), RTLD_NOW | RTLD_GLOBAL);
  ASSERT_TRUE(first && second) << dlerror();
  host::Context old(host::Library::open(emitted.so).model(), 1);
  host::Context newer(host::Library::open(emitted.newer_so).model(), 1);
  const std::vector<float> image = an_image(5);
  EXPECT_EQ(answer(old, image), answer(emitted.model, image));
  EXPECT_EQ(answer(newer, image), answer(emitted.newer_model, image));
  dlclose(second);
  dlclose(first);
}

TEST(Together, eight_threads_share_a_model) {
  const Emitted& emitted = Emitted::once();
  const host::Model model = host::Library::open(emitted.so).model();
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (unsigned number = 0; number < 8; ++number)
      threads.emplace_back([&, number] {
        host::Context context(model, 1 + number % 2);
        const std::vector<float> image = an_image(number);
        const std::vector<float> first = answer(context, image);
        for (int run = 0; run < 50; ++run)
          wrong += answer(context, image) != first;
        wrong += first != answer(emitted.model, image);
      });
  }
  EXPECT_EQ(wrong, 0);
}

// The counterpart in tests/runtime runs the core itself under ThreadSanitizer.

TEST(Together, runs_ask_nothing_of_the_system) {
  const Emitted& emitted = Emitted::once();
  for (const char* threads : {"1", "2"}) {
    const std::string said = succeed("LD_PRELOAD=" FOVEA_INTERPOSE " " FOVEA_QUIET_RUN " " +
                                     emitted.so + " lenet5 " + threads);
    long run[3] = {-1, -1, -1}, open[3] = {};
    std::sscanf(said.c_str(), "%ld %ld %ld %ld %ld %ld", &run[0], &run[1], &run[2], &open[0],
                &open[1], &open[2]);
    EXPECT_EQ(run[0], 0) << "memory, " << threads << " threads: " << said;
    EXPECT_EQ(run[1], 0) << "files, " << threads << " threads: " << said;
    if (std::string(threads) == "1") {
      EXPECT_EQ(run[2], 0) << "locks: " << said;
    } else {
      // Waking the pool and waiting for it, in each of a hundred runs of a few loops.
      EXPECT_LT(run[2], 100 * 100) << said;
    }
    EXPECT_GT(open[0], 0) << "the counter does not count";
  }
}

TEST(Together, a_library_comes_and_goes_a_thousand_times) {
  const Emitted& emitted = Emitted::once();
  const std::string said =
      succeed("ASAN_OPTIONS=detect_leaks=1 " FOVEA_RELOAD " " + emitted.so + " lenet5 1000");
  int before[2] = {}, after[2] = {-1, -1};
  std::sscanf(said.c_str(), "%d %d %d %d", &before[0], &before[1], &after[0], &after[1]);
  EXPECT_EQ(after[0], before[0]) << "threads stay: " << said;
  EXPECT_EQ(after[1], before[1]) << "files stay open: " << said;
  EXPECT_EQ(said.find("Sanitizer"), std::string::npos) << said;
}

} // namespace
} // namespace fovea::testing
