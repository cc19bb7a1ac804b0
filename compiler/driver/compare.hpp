#pragma once
#include <fovea/catalogue/kernel.hpp>
#include <fovea/compile.hpp>
#include <fovea/runtime/host_tensor.hpp>
#include <fovea/runtime/tensor_file.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fovea::driver {

struct CompareOptions {
  CompileOptions compile = {};
  int threads = 0; // that run the network; 0: all cores
  // Elements of each kernel's results that the interpreter computes, drawn by `seed`; 0: all.
  int64_t samples = 0;
  uint64_t seed = 0;
  bool stop_at_first = true; // departure
  // After each kernel: its layer, how many are done, of how many.
  std::function<void(const std::string& layer, int64_t done, int64_t total)> progress = {};
  const catalogue::KernelCompiler* compiler = nullptr; // instead of Halide's: for tests
};

// An element of a kernel's result that is farther from the interpreter's than its bound.
struct Departure {
  int result = 0;               // which of the kernel's
  std::vector<int64_t> indices; // of the element that exceeds its bound most
  double expected = 0, got = 0, bound = 0;
  int64_t count = 0; // elements that depart, of those compared
};

// One run of a kernel against the interpreter.
struct KernelComparison {
  std::string layer, ops, algorithm;
  int64_t compared = 0; // elements
  int64_t elements = 0; // of its results
  // The largest |got - expected| / bound of finite elements; above 1 is a departure, infinite where
  // the bound is 0.
  double largest_ratio = 0;
  double largest_difference = 0; // |got - expected|
  std::optional<Departure> departure = {};
};

// Runs the compiled network once and, in the middle of that run, as each kernel ends, compares its
// results with the float64 interpreter on the operands that the kernel itself read: so an error is
// found where it is made, and only the tensors of one kernel are held twice. Weights must be set.
// Throws Error: inputs that are missing or of another type.
std::vector<KernelComparison> compare_with_reference(const Network& network,
                                                     const host::TensorMap& inputs,
                                                     const CompareOptions& options,
                                                     SourceLocation location);

} // namespace fovea::driver
