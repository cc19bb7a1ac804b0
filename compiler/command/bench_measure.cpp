#include "compiler/command/bench_measure.hpp"

#include <fovea/runtime/host_tensor.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace fovea::command {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median_of(const std::vector<double>& sorted) {
  const size_t middle = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

template <class T, class Next>
void fill(host::HostTensor& tensor, Next&& next) {
  for (T& element : tensor.data<T>())
    element = static_cast<T>(next());
}

// Floats are normal, as images and activations nearly are; integers are small.
void randomize(host::HostTensor& tensor, std::mt19937_64& engine) {
  std::normal_distribution<double> normal;
  std::uniform_int_distribution<int> small(-8, 7), bits(0, 0xFFFF);
  const auto real = [&] { return normal(engine); };
  const auto integer = [&] { return small(engine); };
  switch (tensor.dtype()) {
  case FOVEA_F64:
    return fill<double>(tensor, real);
  case FOVEA_F16: // any sign and fraction, magnitudes from 1/4 to 4
    return fill<uint16_t>(tensor, [&] { return (bits(engine) & 0x8FFF) + 0x3400; });
  case FOVEA_BF16: // likewise
    return fill<uint16_t>(tensor, [&] { return (bits(engine) & 0x81FF) + 0x3E80; });
  case FOVEA_I8:
    return fill<int8_t>(tensor, integer);
  case FOVEA_U8:
    return fill<uint8_t>(tensor, [&] { return bits(engine) & 0xFF; });
  case FOVEA_I32:
    return fill<int32_t>(tensor, integer);
  case FOVEA_I64:
    return fill<int64_t>(tensor, integer);
  case FOVEA_BOOLEAN:
    return fill<bool>(tensor, [&] { return bits(engine) & 1; });
  default:
    return fill<float>(tensor, real);
  }
}

host::HostTensor tensor_for(const fovea_tensor_info& info) {
  return {info.dtype, {info.extents, info.extents + info.rank}};
}

struct Tensors {
  std::vector<host::HostTensor> owners;
  std::vector<fovea_buffer> inputs, outputs;

  explicit Tensors(const host::Model& model) {
    std::mt19937_64 engine(0);
    for (uint64_t k = 0; k < model.input_count(); ++k)
      randomize(owners.emplace_back(tensor_for(model.input(k))), engine);
    for (uint64_t k = 0; k < model.output_count(); ++k)
      owners.push_back(tensor_for(model.output(k)));
    for (size_t k = 0; k < owners.size(); ++k)
      (k < model.input_count() ? inputs : outputs).push_back(owners[k].buffer());
  }
};

// Hands each kernel's begin and end on to a profiler, and adds up what kernels take in one run.
class KernelClock {
 public:
  explicit KernelClock(const fovea_profiler& inner) : inner_(inner) {
    hooks_.struct_size = sizeof hooks_;
    hooks_.user = this;
    hooks_.kernel_begin = [](void* user, uint64_t call) {
      auto& clock = *static_cast<KernelClock*>(user);
      clock.inner_.kernel_begin(clock.inner_.user, call);
      clock.begin_ = Clock::now();
    };
    hooks_.kernel_end = [](void* user, uint64_t call) {
      auto& clock = *static_cast<KernelClock*>(user);
      clock.inside_ += seconds_since(clock.begin_);
      clock.inner_.kernel_end(clock.inner_.user, call);
    };
  }
  KernelClock(const KernelClock&) = delete;
  KernelClock& operator=(const KernelClock&) = delete;
  const fovea_profiler& hooks() const { return hooks_; }
  // Seconds in kernels since the last call.
  double take() { return std::exchange(inside_, 0); }

 private:
  const fovea_profiler& inner_;
  fovea_profiler hooks_{};
  Clock::time_point begin_;
  double inside_ = 0;
};

fovea_context_options options_for(uint32_t threads) {
  fovea_context_options options{};
  options.struct_size = sizeof options;
  options.threads = threads;
  return options;
}

// Runs until both have passed: `least` runs and `seconds`; but never more than `most` runs.
template <class Run>
void repeat(int64_t least, int64_t most, double seconds, const Run& run) {
  const Clock::time_point begin = Clock::now();
  for (int64_t k = 0; k < most && (k < least || seconds_since(begin) < seconds); ++k)
    run();
}

void time_runs(const host::Model& model, const BenchPlan& plan, BenchTimes& times) {
  constexpr int64_t least = 10, most = 10'000'000;
  Tensors tensors(model);
  host::Context context(model, options_for(plan.threads));
  times.threads = context.threads();
  repeat(2, 1000, plan.seconds / 10, [&] { context.run(tensors.inputs, tensors.outputs); });
  repeat(plan.runs ? plan.runs : least, plan.runs ? plan.runs : most, plan.seconds, [&] {
    const Clock::time_point begin = Clock::now();
    context.run(tensors.inputs, tensors.outputs);
    times.seconds.push_back(seconds_since(begin));
  });
  std::ranges::sort(times.seconds);
}

void profile_runs(const host::Model& model, const BenchPlan& plan, BenchTimes& times) {
  // Enough for a median; a trace of more would be slow to look at.
  constexpr int64_t most = 500;
  host::Profiler profiler(model, most);
  KernelClock clock(profiler.hooks());
  Tensors tensors(model);
  fovea_context_options options = options_for(plan.threads);
  options.profiler = &clock.hooks();
  host::Context context(model, options);
  context.run(tensors.inputs, tensors.outputs);
  profiler.clear();
  clock.take();
  std::vector<double> outside;
  repeat(plan.runs ? 1 : 10, plan.runs ? std::min(plan.runs, most) : most, plan.seconds / 4, [&] {
    const Clock::time_point begin = Clock::now();
    context.run(tensors.inputs, tensors.outputs);
    outside.push_back(seconds_since(begin) - clock.take());
  });
  std::ranges::sort(outside);
  times.overhead_seconds = median_of(outside);
  times.profiled_runs = static_cast<int64_t>(outside.size());
  times.kernels = profiler.statistics();
  if (!plan.trace.empty())
    profiler.write_trace(plan.trace);
}

} // namespace

double BenchTimes::median_seconds() const {
  return median_of(seconds);
}

BenchTimes measure(const host::Model& model, const BenchPlan& plan) {
  BenchTimes times;
  time_runs(model, plan, times);
  profile_runs(model, plan, times);
  return times;
}

} // namespace fovea::command
