// What a host pays around the arithmetic, on LeNet-5 with one thread: the part of a run that no
// kernel takes (promised: below 5 us), and the way from an emitted library's file to its first
// result (promised: below 5 ms).
//   build/release/bin/bench_run --benchmark_repetitions=5
#include <benchmark/benchmark.h>
#include <fovea/emit.hpp>
#include <fovea/fovea.hpp>
#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/load_library.hpp>
#include <fovea/zoo.hpp>

#include <chrono>
#include <filesystem>
#include <unistd.h>

using namespace fovea;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

Network lenet5() {
  Network net = zoo_network("lenet5");
  net.randomize(1);
  return net;
}

fovea_context_options one_thread() {
  fovea_context_options options{};
  options.struct_size = sizeof options;
  options.threads = 1;
  return options;
}

// LeNet-5's input and output.
struct Tensors {
  host::HostTensor image{FOVEA_F32, {1, 1, 28, 28}}, probs{FOVEA_F32, {1, 10}};
  fovea_buffer input = image.buffer(), output = probs.buffer();
};

// Adds up what kernels take.
struct KernelClock {
  Clock::time_point begin;
  double seconds = 0;
  fovea_profiler hooks{
      sizeof(fovea_profiler), this,
      [](void* user, uint64_t) { static_cast<KernelClock*>(user)->begin = Clock::now(); },
      [](void* user, uint64_t) {
        auto& clock = *static_cast<KernelClock*>(user);
        clock.seconds += seconds_since(clock.begin);
      }};
};

// The clock itself, read twice for each kernel, is in the result.
void run_beyond_kernels(benchmark::State& state) {
  const Model model = compile(lenet5());
  KernelClock clock;
  fovea_context_options options = one_thread();
  options.profiler = &clock.hooks;
  host::Context context(model.runtime(), options);
  Tensors tensors;
  for (auto _ : state) {
    clock.seconds = 0;
    const Clock::time_point begin = Clock::now();
    context.run({&tensors.input, 1}, {&tensors.output, 1});
    state.SetIterationTime(seconds_since(begin) - clock.seconds);
  }
}
BENCHMARK(run_beyond_kernels)->UseManualTime()->Unit(benchmark::kMicrosecond);

// dlopen, model_open, context_create, run. The file is in the page cache, as after any first use.
void load_and_first_run(benchmark::State& state) {
  namespace fs = std::filesystem;
  const fs::path folder =
      fs::temp_directory_path() / ("fovea_bench_run_" + std::to_string(getpid()));
  fs::create_directory(folder);
  emit(lenet5(), folder / "lenet5.so");
  Tensors tensors;
  for (auto _ : state) {
    const Clock::time_point begin = Clock::now();
    {
      const host::Library library = host::Library::open(folder / "lenet5.so");
      host::Context context(library.model(), one_thread());
      context.run({&tensors.input, 1}, {&tensors.output, 1});
      state.SetIterationTime(seconds_since(begin));
    } // closed, so that the next iteration loads it anew
  }
  fs::remove_all(folder);
}
BENCHMARK(load_and_first_run)->UseManualTime()->Unit(benchmark::kMillisecond);

} // namespace
