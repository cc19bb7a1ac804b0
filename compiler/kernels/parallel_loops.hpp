#pragma once
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

// Which loops of a kernel run in parallel.
namespace fovea::kernels {

struct Loop {
  std::string name;
  int64_t extent = 1;
};

// Multiply-adds that are about what waking a thread costs.
inline constexpr int64_t least_parallel_macs = 400'000;

// For each thread: one that is late leaves its share to others.
inline constexpr int64_t tasks_a_thread = 4;

// What part of their time `threads` threads work that share `tasks` equal tasks, and wait for the
// last to end: 5 tasks on 2 threads take the time of 6.
double evenness(int64_t tasks, int threads);

// How many of `loops`, outermost first, have to be joined that threads can share them: several
// tasks for each, and about as many for all. As few as will do: what lies within keeps its order,
// and stages that are computed there their place.
size_t loops_to_share(const std::vector<Loop>& loops, int threads);

int64_t tasks_of(const std::vector<Loop>& loops, size_t count);

// Into how large chunks a loop is best cut, one a task: such that threads end together and the last
// chunk, which begins where it ends with the loop, repeats little. 0: into none, too much is lost.
int64_t even_chunk(int64_t extent, int threads);

// Writes directives that join the first `count` (at least 1) of `loops` and run what they have
// become, which is returned, in parallel. `name` names what k loops and one more are.
Loop run_in_parallel(
    std::ostream& text, const std::vector<Loop>& loops, size_t count,
    const std::function<std::string(size_t)>& name = [](size_t k) {
      return "par" + std::to_string(k);
    });

} // namespace fovea::kernels
