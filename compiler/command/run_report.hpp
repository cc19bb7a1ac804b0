#pragma once
#include "compiler/command/command.hpp"

#include <fovea/runtime/host_tensor.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fovea::command {

// A result, and what is said of it.
struct RunResult {
  std::string name;
  host::HostTensor tensor;
  std::string file; // that it is written to; empty: none
};

struct TopOptions {
  int64_t count = 0; // entries of each row; 0: none
  std::vector<std::string> labels;
};

// The elements as numbers; booleans are 0 and 1.
std::vector<double> values_of(const host::HostTensor& tensor);

struct Entry {
  int64_t index = 0;
  double value = 0;
};
// The `count` largest, the largest first; of equal ones the first; NaN behind all numbers.
std::vector<Entry> largest(std::span<const double> row, int64_t count);

// A line for each result: shape, least, mean and largest value, NaNs, and where it was written.
std::string summary_table(const std::vector<RunResult>& results);
// The largest entries of each row of each result of rank 2.
std::string top_tables(const std::vector<RunResult>& results, const TopOptions& options);
// Both.
Json to_json(const std::vector<RunResult>& results, const TopOptions& options);

} // namespace fovea::command
