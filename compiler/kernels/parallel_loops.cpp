#include "compiler/kernels/parallel_loops.hpp"

#include <fovea/catalogue/integers.hpp>

namespace fovea::kernels {
namespace {

constexpr int64_t most_tasks = 32; // for each thread, for evenness alone: each costs a call
constexpr double even = 0.95;

} // namespace

double evenness(int64_t tasks, int threads) {
  const int64_t turns = catalogue::ceiling_quotient(tasks, threads);
  return static_cast<double>(tasks) / static_cast<double>(turns * threads);
}

int64_t even_chunk(int64_t extent, int threads) {
  constexpr double least_used = 0.85;
  int64_t best = 0;
  double most = least_used;
  for (int64_t chunks = threads; chunks <= tasks_a_thread * threads; ++chunks) {
    const int64_t size = catalogue::ceiling_quotient(extent, chunks);
    const int64_t count = catalogue::ceiling_quotient(extent, size);
    const double used =
        evenness(count, threads) * static_cast<double>(extent) / static_cast<double>(count * size);
    if (used >= most) { // of equals the smaller chunks
      most = used;
      best = size;
    }
  }
  return best;
}

size_t loops_to_share(const std::vector<Loop>& loops, int threads) {
  int64_t tasks = 1;
  size_t count = 0;
  const auto is_enough = [&] {
    return tasks >= tasks_a_thread * threads &&
           (evenness(tasks, threads) >= even || tasks >= most_tasks * threads);
  };
  for (; count < loops.size() && !is_enough(); ++count)
    tasks *= loops[count].extent;
  return count;
}

int64_t tasks_of(const std::vector<Loop>& loops, size_t count) {
  int64_t tasks = 1;
  for (size_t k = 0; k < count; ++k)
    tasks *= loops[k].extent;
  return tasks;
}

Loop run_in_parallel(std::ostream& text, const std::vector<Loop>& loops, size_t count,
                     const std::function<std::string(size_t)>& name) {
  Loop all{loops[0].name, tasks_of(loops, count)};
  for (size_t k = 1; k < count; ++k) {
    const std::string joined = name(k);
    text << " fuse(" << loops[k].name << ", " << all.name << ", " << joined << ")";
    all.name = joined;
  }
  if (all.extent > 1)
    text << " parallel(" << all.name << ")";
  return all;
}

} // namespace fovea::kernels
