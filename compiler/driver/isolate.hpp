#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace fovea::driver {

struct IsolationLimits {
  int64_t memory_bytes = int64_t{4} << 30; // beyond what this process has mapped already
  int cpu_seconds = 10;
  int wall_seconds = 60;
};

// Runs `work` in a child of this process, which ends when it is done: nothing that it changes is
// seen here. An Error that it throws is thrown here; where it throws another exception, dies of a
// signal or meets a limit, the Error says so. `doing` begins its text: "reading lenet5.mlir".
void run_isolated(const std::string& doing, const std::function<void()>& work,
                  const IsolationLimits& limits = {});

} // namespace fovea::driver
