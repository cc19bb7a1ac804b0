#pragma once
#include <fovea/catalogue/schedule_check.hpp>

#include <cstdint>
#include <string>
#include <vector>

// How a kernel's work falls to threads, known from its schedule alone: which loops they share, in
// how many pieces. Nothing runs, so that it can be said for machines that are not there.
namespace fovea::catalogue {

// A loop that runs in parallel. Threads wait for the last of them behind it: a barrier.
struct SharedLoop {
  std::string stage;
  int update = 0;    // 0: the stage itself
  int64_t tasks = 1; // its iterations
  int64_t times = 1; // that it runs, inside loops which do not
  double work = 0;   // evaluations of this stage and of those computed within, each time together
};

struct Grain {
  std::vector<SharedLoop> loops;
  double alone = 0; // evaluations outside of them, by one thread

  // Of each run.
  int64_t barriers() const;
  // Of the loop with the most work; 1 where nothing is shared.
  int64_t tasks() const;
  // The part of their time, 0 to 1, in which `threads` threads work, if all evaluations take the
  // same time and each thread takes the next task when it is done.
  double utilisation(int threads) const;
};

// `stages` as for `verify`, which the schedule has to pass.
Grain grain_of(const Schedule& schedule, const std::vector<StageInfo>& stages);

} // namespace fovea::catalogue
