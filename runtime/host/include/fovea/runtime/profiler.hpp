#pragma once

#include <fovea/runtime/model.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fovea::host {

/// What one kernel of a network took, over all runs that a profiler saw.
struct KernelStatistics {
  std::string layer;     ///< "conv1"; "kernel 3" where the program says nothing of its kernels
  std::string ops;       ///< "conv tanh"
  std::string algorithm; ///< "generic"
  std::uint64_t macs = 0;
  std::uint64_t bytes = 0;
  std::size_t runs = 0;
  double min_seconds = 0; ///< 0 without runs; so the others
  double median_seconds = 0;
  double total_seconds = 0;

  /// 10^9 floating-point operations a second in the median run, two per multiply-accumulate.
  double gflops() const { return median_seconds > 0 ? 2e-9 * double(macs) / median_seconds : 0; }
};

/// Takes the time of each kernel that a context runs.
///
///   Profiler profiler(model);
///   fovea_context_options options{};
///   options.profiler = &profiler.hooks();
///   Context context(model, options);
///
/// A profiler serves one context, and outlives it. Its other functions must not be called while the
/// context runs.
class Profiler {
 public:
  /// Has memory for so many runs; later ones allocate while they run. Throws std::bad_alloc.
  explicit Profiler(const Model& model, std::size_t runs = 1000);
  Profiler(const Profiler&) = delete; // the context knows its address
  Profiler& operator=(const Profiler&) = delete;

  const fovea_profiler& hooks() const { return hooks_; }

  /// Memory for so many runs beside those that were seen.
  void reserve(std::size_t runs);
  /// Forgets what was seen, and keeps the memory.
  void clear();

  /// One entry per kernel, in the order of execution.
  std::vector<KernelStatistics> statistics() const;

  /// Chrome's trace-event format, for chrome://tracing and ui.perfetto.dev: one complete event per
  /// kernel and run, times in microseconds from the first. Whole or not at all (OutputFiles).
  /// Throws FileError.
  void write_trace(const std::filesystem::path& path) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Event {
    std::uint64_t call;
    Clock::time_point begin, end;
  };

  void begin(std::uint64_t call) noexcept;
  void end(std::uint64_t call) noexcept;
  KernelStatistics describe(std::uint64_t call) const;

  Model model_; // the program's texts belong to it
  const fovea_program* program_;
  fovea_profiler hooks_{};
  Event current_{};
  bool running_ = false;
  std::vector<Event> events_;
};

} // namespace fovea::host
