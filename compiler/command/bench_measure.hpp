#pragma once
#include <fovea/runtime/model.hpp>
#include <fovea/runtime/profiler.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace fovea::command {

struct BenchPlan {
  uint32_t threads = 0; // 0: all cores
  int64_t runs = 0;     // timed; 0: as many as `seconds` takes, at least ten
  double seconds = 1;
  std::filesystem::path trace; // of the profiled runs; empty: none
};

struct BenchTimes {
  uint32_t threads = 1;
  std::vector<double> seconds; // of each timed run, sorted
  // Of runs of their own, under a profiler.
  int64_t profiled_runs = 0;
  std::vector<host::KernelStatistics> kernels;
  // Of a run, what is not spent in kernels: the median. A clock is read twice for each kernel in
  // it.
  double overhead_seconds = 0;

  double min_seconds() const { return seconds.front(); }
  double median_seconds() const;
};

// Runs a model on random inputs, the same ones at every call. Throws host::RunError,
// host::FileError where the trace cannot be written.
BenchTimes measure(const host::Model& model, const BenchPlan& plan);

} // namespace fovea::command
