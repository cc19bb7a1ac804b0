// The profiler: what it counts, and the trace it writes. No test asserts how long something takes.
#include "hand_program.hpp"
#include "scratch_folder.hpp"

#include <fovea/runtime/load_library.hpp>
#include <fovea/runtime/profiler.hpp>

#include <nlohmann/json.hpp>
#include <thread>

using namespace fovea::host;
using namespace fovea_test;

namespace {

fovea_context_options with(const Profiler& profiler) {
  fovea_context_options options = with_threads(1);
  options.profiler = &profiler.hooks();
  return options;
}

// Two kernels, whose times the test decides by calling the hooks itself.
struct TwoKernels {
  fovea_call_info calls[2]{{sizeof(fovea_call_info), "conv1", "conv tanh", "generic", 5000, 640},
                           {sizeof(fovea_call_info), "fc\xff", "dense", "gemv", 1000, 64}};
  HandProgram hand;
  Model model;

  TwoKernels() : model(*fovea_core_table(), describe()) {}
  const fovea_program& describe() {
    hand.program.call_count = 2;
    hand.program.calls = calls;
    return hand.program;
  }
};

void run_kernel(const Profiler& profiler, std::uint64_t call, int milliseconds = 0) {
  const fovea_profiler& hooks = profiler.hooks();
  hooks.kernel_begin(hooks.user, call);
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  hooks.kernel_end(hooks.user, call);
}

TEST(Profiler, StatisticsPerKernel) {
  TwoKernels two;
  Profiler profiler(two.model);
  for (int milliseconds : {4, 1, 2})
    run_kernel(profiler, 0, milliseconds);
  std::vector<KernelStatistics> kernels = profiler.statistics();
  ASSERT_EQ(kernels.size(), 2u);
  const KernelStatistics& conv = kernels[0];
  EXPECT_EQ(conv.layer, "conv1");
  EXPECT_EQ(conv.ops, "conv tanh");
  EXPECT_EQ(conv.algorithm, "generic");
  EXPECT_EQ(conv.macs, 5000u);
  EXPECT_EQ(conv.bytes, 640u);
  EXPECT_EQ(conv.runs, 3u);
  // A sleep is never shorter than asked for.
  EXPECT_GE(conv.min_seconds, 0.001);
  EXPECT_GE(conv.median_seconds, 0.002);
  EXPECT_GE(conv.median_seconds, conv.min_seconds);
  EXPECT_GE(conv.total_seconds, 0.007);
  EXPECT_DOUBLE_EQ(conv.gflops(), 10000 / conv.median_seconds * 1e-9);
  // The median of an even number lies between the middle two.
  for (int milliseconds : {0, 2})
    run_kernel(profiler, 1, milliseconds);
  KernelStatistics dense = profiler.statistics()[1];
  EXPECT_DOUBLE_EQ(dense.median_seconds, dense.total_seconds / 2);
  EXPECT_EQ(kernels[1].runs, 0u);
  EXPECT_EQ(kernels[1].total_seconds, 0);
  EXPECT_EQ(kernels[1].gflops(), 0);
  profiler.clear();
  EXPECT_EQ(profiler.statistics()[0].runs, 0u);
}

// A kernel that failed ends the run without its end.
TEST(Profiler, EndsBelongToTheirBeginnings) {
  TwoKernels two;
  Profiler profiler(two.model);
  const fovea_profiler& hooks = profiler.hooks();
  hooks.kernel_end(hooks.user, 0);
  hooks.kernel_begin(hooks.user, 1);
  hooks.kernel_begin(hooks.user, 0);
  hooks.kernel_end(hooks.user, 1);
  EXPECT_EQ(profiler.statistics()[0].runs, 0u);
  hooks.kernel_end(hooks.user, 0);
  EXPECT_EQ(profiler.statistics()[0].runs, 1u);
  EXPECT_EQ(profiler.statistics()[1].runs, 0u);
}

TEST(Profiler, MoreRunsThanExpected) {
  TwoKernels two;
  Profiler profiler(two.model, 1);
  for (int i = 0; i < 100; ++i)
    run_kernel(profiler, std::uint64_t(i % 2));
  EXPECT_EQ(profiler.statistics()[1].runs, 50u);
}

TEST(Profiler, ProgramThatSaysNothingOfItsKernels) {
  HandProgram hand;
  Model model(*fovea_core_table(), hand.program);
  Profiler profiler(model);
  EXPECT_TRUE(profiler.statistics().empty());
  run_kernel(profiler, 1);
  ASSERT_EQ(profiler.statistics().size(), 2u);
  EXPECT_EQ(profiler.statistics()[1].layer, "kernel 1");
  EXPECT_EQ(profiler.statistics()[1].runs, 1u);
}

TEST(Profiler, TraceIsChromesFormat) {
  ScratchFolder folder;
  TwoKernels two;
  Profiler profiler(two.model);
  profiler.write_trace(folder.path() / "trace.json");
  EXPECT_EQ(nlohmann::json::parse(read_bytes(folder.path() / "trace.json"))["traceEvents"].size(),
            1u);
  run_kernel(profiler, 0, 2);
  run_kernel(profiler, 1, 1);
  profiler.write_trace(folder.path() / "trace.json");
  nlohmann::json trace = nlohmann::json::parse(read_bytes(folder.path() / "trace.json"));
  const nlohmann::json& events = trace.at("traceEvents");
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0]["ph"], "M");
  EXPECT_EQ(events[0]["args"]["name"], "hand");
  const nlohmann::json& conv = events[1];
  EXPECT_EQ(conv["name"], "conv1");
  EXPECT_EQ(conv["ph"], "X");
  EXPECT_EQ(conv["ts"], 0);
  EXPECT_EQ(conv["pid"], events[2]["pid"]);
  EXPECT_EQ(conv["tid"], events[2]["tid"]);
  EXPECT_GE(conv["dur"].get<double>(), 2000); // microseconds
  EXPECT_GE(events[2]["ts"].get<double>(), conv["dur"].get<double>());
  EXPECT_EQ(conv["args"]["ops"], "conv tanh");
  EXPECT_EQ(conv["args"]["algorithm"], "generic");
  EXPECT_EQ(conv["args"]["macs"], 5000);
  EXPECT_EQ(conv["args"]["bytes"], 640);
  EXPECT_NEAR(conv["args"]["GFLOP/s"].get<double>(), 10 / conv["dur"].get<double>(), 1e-9);
  EXPECT_EQ(events[2]["name"], "fc\xef\xbf\xbd"); // what is no UTF-8 is replaced
  expect_refused(
      folder.path(), [&](const std::filesystem::path& path) { profiler.write_trace(path); },
      "cannot write");
}

// Through the core and an emitted library's table.
TEST(Profiler, HearsEachKernelOfARun) {
  Library library = Library::open(FOVEA_HAND_LIBRARY_EMBEDDED);
  Model model = library.model();
  Profiler profiler(model, 10);
  Context context(model, with(profiler));
  HostTensor x(FOVEA_F32, {rows, columns}), y(FOVEA_F32, {rows, columns});
  fovea_buffer inputs[] = {x.buffer()}, outputs[] = {y.buffer()};
  for (int run = 0; run < 5; ++run)
    context.run(inputs, outputs);
  std::vector<KernelStatistics> kernels = profiler.statistics();
  ASSERT_EQ(kernels.size(), library.program(0).call_count);
  for (std::size_t call = 0; call < kernels.size(); ++call) {
    EXPECT_EQ(kernels[call].layer, library.program(0).calls[call].layer);
    EXPECT_EQ(kernels[call].runs, 5u);
    EXPECT_LE(kernels[call].min_seconds, kernels[call].median_seconds);
    EXPECT_LE(kernels[call].median_seconds, kernels[call].total_seconds);
  }
}

} // namespace
