// Compiled with optimisation, and with `a * b + c` as one instruction where there is one, in every
// kind of build (CMakeLists.txt): the numbers are the machine's, not the build's.
#include "compiler/driver/roofline.hpp"

#include <fovea/catalogue/target.hpp>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <limits>
#include <new>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fovea::driver {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// --- Loops at the machine's limits, once per instruction set ---------------------------------

template <int lanes>
struct VectorOf {
  typedef float type __attribute__((vector_size(lanes * sizeof(float)), may_alias));
};
template <int lanes>
using Vector = typename VectorOf<lanes>::type;

// As if all of a value were used: what computes it is not optimised away.
template <class Value>
[[gnu::always_inline]] inline void keep(const Value& value) {
  asm volatile("" : : "m"(value));
}

// Independent chains of multiply-adds hide each other's latency: two units of latency four need
// eight; twelve chains and two factors still fit sixteen registers.
constexpr int chains = 12;

template <int lanes, size_t... k>
[[gnu::always_inline]] inline void multiply_add(int64_t rounds, std::index_sequence<k...>) {
  // Loaded at run time; the sums converge to y / (1 - x), so that no value is ever subnormal.
  static const volatile float factor = 0.75f, addend = 0.5f;
  const Vector<lanes> x = factor + Vector<lanes>{}, y = addend + Vector<lanes>{};
  Vector<lanes> sums[sizeof...(k)] = {(y + static_cast<float>(k))...};
  for (int64_t round = 0; round < rounds; ++round)
    ((sums[k] = sums[k] * x + y), ...);
  Vector<lanes> total{};
  ((total += sums[k]), ...);
  keep(total);
}

constexpr int64_t piece = 512; // bytes; what is read is a multiple of it

// Several sums hide the latency of an addition.
template <int lanes, size_t... k>
[[gnu::always_inline]] inline void read(const float* data, int64_t bytes,
                                        std::index_sequence<k...>) {
  static_assert(piece % (sizeof...(k) * sizeof(Vector<lanes>)) == 0);
  const auto* vectors = reinterpret_cast<const Vector<lanes>*>(data);
  const auto* end = vectors + bytes / static_cast<int64_t>(sizeof(Vector<lanes>));
  Vector<lanes> sums[sizeof...(k)] = {};
  for (; vectors != end; vectors += sizeof...(k))
    ((sums[k] += vectors[k]), ...);
  Vector<lanes> total{};
  ((total += sums[k]), ...);
  keep(total);
}

struct Loops {
  int lanes = 4;
  void (*multiply_add)(int64_t rounds) = nullptr; // 2 * chains * lanes operations a round
  void (*read)(const float* data, int64_t bytes) = nullptr;
};

#define FOVEA_LOOPS(name, lanes, attribute)                                                        \
  attribute void multiply_add_##name(int64_t rounds) {                                             \
    multiply_add<lanes>(rounds, std::make_index_sequence<chains>());                               \
  }                                                                                                \
  attribute void read_##name(const float* data, int64_t bytes) {                                   \
    read<lanes>(data, bytes, std::make_index_sequence<8>());                                       \
  }                                                                                                \
  constexpr Loops name{lanes, multiply_add_##name, read_##name};

FOVEA_LOOPS(baseline, 4, )
#if defined(__x86_64__)
FOVEA_LOOPS(avx2, 8, [[gnu::target("avx2,fma")]])
FOVEA_LOOPS(avx512, 16, [[gnu::target("avx512f")]])
#endif
#undef FOVEA_LOOPS

Loops loops_for([[maybe_unused]] const catalogue::Target& target) {
#if defined(__x86_64__)
  if (target.avx512)
    return avx512;
  if (target.avx2 && target.fma)
    return avx2;
#endif
  return baseline;
}

// --- Many threads at once --------------------------------------------------------------------

struct Experiment {
  int threads = 1;
  double seconds = 0.1;             // of repetitions, at least three
  std::function<void(int)> prepare; // each thread, once
  std::function<void(int)> work;    // each thread, in every repetition
};

// The shortest repetition, from the first thread's beginning to the last one's end, in seconds.
double best_time(const Experiment& experiment) {
  struct Span {
    Clock::time_point begin, end;
  };
  std::vector<Span> spans(static_cast<size_t>(experiment.threads));
  double best = std::numeric_limits<double>::infinity();
  Clock::time_point deadline = Clock::time_point::max();
  int repetitions = 0;
  bool done = false;
  std::barrier begin(experiment.threads);
  std::barrier end(experiment.threads, [&]() noexcept {
    const auto first = std::ranges::min(spans, {}, &Span::begin).begin;
    const auto last = std::ranges::max(spans, {}, &Span::end).end;
    best = std::min(best, Seconds(last - first).count());
    if (repetitions++ == 0)
      deadline = last + std::chrono::duration_cast<Clock::duration>(Seconds(experiment.seconds));
    done = repetitions >= 3 && last > deadline;
  });

  std::latch gate(1); // nobody waits at a barrier before all threads exist
  bool cancelled = false;
  const auto body = [&](int thread) {
    gate.wait();
    if (cancelled)
      return;
    experiment.prepare(thread);
    Span& span = spans[static_cast<size_t>(thread)];
    do {
      begin.arrive_and_wait();
      span.begin = Clock::now();
      experiment.work(thread);
      span.end = Clock::now();
      end.arrive_and_wait();
    } while (!done);
  };
  std::vector<std::jthread> threads;
  try {
    for (int thread = 0; thread < experiment.threads; ++thread)
      threads.emplace_back(body, thread);
  } catch (...) {
    cancelled = true;
    gate.count_down();
    throw;
  }
  gate.count_down();
  threads.clear(); // joins
  return best;
}

// Fresh pages, which belong to the processor that touches them first.
class Pages {
 public:
  explicit Pages(size_t bytes) : bytes_(bytes) {
    data_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED)
      throw std::bad_alloc();
    madvise(data_, bytes, MADV_HUGEPAGE); // a wish: page tables should not be measured
  }
  ~Pages() { munmap(data_, bytes_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  float* data() const { return static_cast<float*>(data_); }

 private:
  void* data_;
  size_t bytes_;
};

// Far more than the caches hold, but a small part of memory.
int64_t uncached_bytes() {
  const int64_t memory = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  return std::min({4 * catalogue::Target::host().l3_bytes, memory / 4, int64_t{1} << 30});
}

double measure_flops(int threads, const Loops& loops) {
  constexpr int64_t rounds = 1'000'000; // milliseconds: threads begin some microseconds apart
  const double seconds = best_time({.threads = threads,
                                    .seconds = 0.08,
                                    .prepare = [](int) {},
                                    .work = [&loops](int) { loops.multiply_add(rounds); }});
  return 2.0 * chains * loops.lanes * static_cast<double>(rounds) * threads / seconds;
}

} // namespace

double measure_bandwidth(int threads, int64_t bytes) {
  const Loops loops = loops_for(catalogue::Target::host());
  const int64_t share = std::max<int64_t>(bytes / threads / piece, 1) * piece; // of one thread
  // Small parts are read many times: threads begin some microseconds apart.
  const int64_t passes = std::max<int64_t>(1, (int64_t{128} << 20) / share);
  const Pages pages(static_cast<size_t>(share * threads));
  const int64_t floats = share / static_cast<int64_t>(sizeof(float));
  const auto part = [&](int thread) { return pages.data() + floats * thread; };
  const double seconds =
      best_time({.threads = threads,
                 .seconds = 0.08,
                 .prepare = [&](int thread) { std::fill_n(part(thread), floats, 1.0f); },
                 .work =
                     [&](int thread) {
                       for (int64_t pass = 0; pass < passes; ++pass)
                         loops.read(part(thread), share);
                     }});
  return static_cast<double>(share * threads * passes) / seconds;
}

Roofline measure_roofline(int threads) {
  return measure_roofline(threads, catalogue::Target::host());
}

Roofline measure_roofline(int threads, const catalogue::Target& target) {
  return {threads, measure_flops(threads, loops_for(target)),
          measure_bandwidth(threads, uncached_bytes())};
}

} // namespace fovea::driver
