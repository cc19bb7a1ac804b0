#pragma once
#include "compiler/command/bench_measure.hpp"
#include "compiler/command/command.hpp"
#include "compiler/driver/roofline.hpp"

#include <fovea/runtime/abi.h>

#include <cstdint>
#include <optional>
#include <string>

namespace fovea::command {

// What was measured, and the machine that it was measured on.
struct BenchResult {
  std::string model;  // its name
  std::string source; // as the user named it
  int64_t batch = 1;
  std::optional<double> compile_seconds; // none: a library
  Json warnings = Json::array();         // of the compilation
  BenchTimes times;
  driver::Roofline machine;
  // What a run touches, weights and all, and the speed at which this machine reads as much.
  int64_t working_set_bytes = 0;
  double working_set_bytes_per_second = 0;
  int64_t arena_bytes = 0, parameter_bytes = 0;

  int64_t macs() const;
  // The least time that the roofline model allows: where arithmetic and traffic overlap, the
  // longer of the two. Of all kernels: the sum.
  double bound_seconds(const host::KernelStatistics& kernel) const;
  double bound_seconds() const;
};

// The batch that a program is compiled for: the leading extent that all inputs and outputs have in
// common, else 1.
int64_t batch_of(const fovea_program& program);

// Everything that a program touches in a run.
int64_t working_set_of(const fovea_program& program);

Json to_json(const BenchResult& result);
// For people, with a table of kernels where that is wanted.
std::string to_text(const BenchResult& result, bool per_kernel);

} // namespace fovea::command
