// LeNet-5: compilation, and inference at batch 1 and 64 on one and two threads.
//   ./dev bench --benchmark_repetitions=5 --benchmark_format=json
#include <benchmark/benchmark.h>
#include <fovea/fovea.hpp>

using namespace fovea;

namespace {

Network lenet5(int64_t batch) {
  Network net("lenet5");
  Tensor image = net.input("image", {batch, 1, 28, 28});
  net.output("probs", image | conv(6, 5, same) | tanh | avg_pool(2) | conv(16, 5) | tanh |
                          avg_pool(2) | conv(120, 5) | tanh | flatten | dense(84) | tanh |
                          dense(10) | softmax);
  net.randomize(1);
  return net;
}

void compile_lenet5(benchmark::State& state) {
  const Network net = lenet5(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(compile(net));
}
BENCHMARK(compile_lenet5)
    ->ArgName("batch")
    ->Arg(1)
    ->Arg(64)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void run_lenet5(benchmark::State& state) {
  const int64_t batch = state.range(0);
  const Model model = compile(lenet5(batch));
  Context context = model.context({.threads = static_cast<int>(state.range(1))});
  Array<float> x({batch, 1, 28, 28}), y({batch, 10});
  for (auto _ : state)
    context.run({{"image", x}}, {{"probs", y}});
  constexpr double macs = 416520; // summary(net) counts them
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate);
  state.counters["FLOP/s"] = benchmark::Counter(2 * macs * static_cast<double>(batch),
                                                benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(run_lenet5)
    ->ArgNames({"batch", "threads"})
    ->ArgsProduct({{1, 64}, {1, 2}})
    ->Unit(benchmark::kMicrosecond)
    ->UseRealTime();

} // namespace
