#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>

// What this process holds: tests that open and close many things look whether it grows.
namespace fovea::testing {

inline int threads_of_this_process() {
  int threads = 0;
  for ([[maybe_unused]] const auto& thread : std::filesystem::directory_iterator("/proc/self/task"))
    ++threads;
  return threads;
}

// Memory that is really there.
inline int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * 4096;
}

} // namespace fovea::testing
