#include "runtime/core/pool.hpp"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

namespace fovea::core {

// A container that may use two cores of sixty-four is told so by a quota, not by its affinity, and
// 64 threads on it would spend their quota in bursts and then stall.
static int quota_cores() {
  FILE* file = fopen("/sys/fs/cgroup/cpu.max", "re");
  if (!file)
    return 0;
  long long quota = 0, period = 0;
  bool limited = fscanf(file, "%lld %lld", &quota, &period) == 2 && quota > 0 && period > 0;
  fclose(file);
  if (!limited)
    return 0;
  long long cores = (quota + period - 1) / period;
  return cores < 4096 ? int(cores) : 0;
}

int available_cores() {
  int cores = 0;
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    cores = CPU_COUNT(&set);
#endif
  if (cores <= 0)
    cores = int(sysconf(_SC_NPROCESSORS_ONLN));
  int quota = quota_cores();
  if (quota > 0 && quota < cores)
    cores = quota;
  return cores > 0 ? cores : 1;
}

} // namespace fovea::core
