#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A schedule: how a kernel's loops run. It is a value with a text form, the same in IR, in C++, on
// the command line and in files. It never changes what is computed.
//
//   schedule  := { stage ':' { directive } }           '#' comments; ';' and newlines are blanks
//   stage     := name [ '.' update ]                   update 1 is a reduction's accumulation
//   directive := word [ '(' [ arg { ',' arg } ] ')' ]
//   arg       := name | integer | name '.' update
//
// An algorithm names its stages and their dimensions. A stage that is not mentioned runs as plain
// loops inside its consumer (`inline`); results always run on their own, and so do reductions
// unless they are placed.
//
// Loops, for a stage or one of its updates:
//   split(dim, outer, inner, factor [, tail])   dim becomes outer * factor + inner
//   tile(x, y, xo, yo, xi, yi, fx, fy [, tail]) both split, then reorder(xi, yi, xo, yo)
//   fuse(inner, outer, fused)                   two neighbouring loops become one
//   reorder(dim, dim, ...)                      innermost first
//   vectorize(dim ...)  vectorize(dim, factor [, tail])     the same with `unroll`
//   parallel(dim ...)  serial(dim ...)
//   atomic                                      updates may run at once
//   rfactor(dim, lane, factor, partial)         a reduction in `factor` interleaved parts: the new
//                                               stage `partial` has the new dimension `lane`
// Storage, for a whole stage:
//   compute_root  inline  compute_at(stage, dim)  store_at(stage, dim)
//   store_in(heap | stack | register | auto)
//   bound(dim, min, extent)  bound_extent(dim, extent)  align_bounds(dim, modulus [, remainder])
//   align_storage(dim, alignment)  reorder_storage(dim, dim, ...)
//   copy(stage [, consumer])                    a new stage that holds a copy of this one, for all
//                                               consumers or one
//   pack(operand, stage)                        this stage reads the operand from a new stage, a
//                                               copy with dimensions p0, p1, ...
// The new stages of copy, pack and rfactor have lines of their own. Reserved for targets that are
// GPUs: gpu_blocks, gpu_threads, gpu_lanes, gpu_tile, and the memory `shared`.
//
// Tails, where the factor does not divide the extent:
//   - auto: an exact one where it divides, else shift_inwards where that is legal, else guard
//   - round_up: computes beyond the end, only where there is room
//   - shift_inwards: the last tile overlaps the one before; not for updates, not if the extent is
//     below the factor
//   - guard: a condition around the last tile
//   - predicate: masked vectors
namespace fovea::catalogue {

struct ScheduleArgument {
  std::string word; // empty: a number
  int64_t number = 0;
  int update = -1; // `word.update`
  bool is_number() const { return word.empty(); }
  bool operator==(const ScheduleArgument&) const = default;
};

// Where something stands in the schedule's text; 0: made by a program.
struct SchedulePosition {
  int line = 0, column = 0;
};

struct Directive {
  std::string name;
  std::vector<ScheduleArgument> arguments;
  SchedulePosition position;
  bool operator==(const Directive& other) const {
    return name == other.name && arguments == other.arguments;
  }
};

struct StageSchedule {
  std::string stage;
  int update = 0; // 0: the stage itself
  std::vector<Directive> directives;
  SchedulePosition position;
  bool operator==(const StageSchedule& other) const {
    return stage == other.stage && update == other.update && directives == other.directives;
  }
};

class Schedule {
 public:
  Schedule() = default;
  explicit Schedule(std::vector<StageSchedule> stages) : stages_(std::move(stages)) {}

  // Throws fovea::Error with line and column in `text`: what was expected, what is there, and the
  // nearest known word. Knows every directive, the number and kind of its arguments, and the tails.
  static Schedule parse(std::string_view text);

  const std::vector<StageSchedule>& stages() const { return stages_; }
  bool empty() const { return stages_.empty(); }

  // Canonical: one stage a line. `parse(to_string())` is the schedule again.
  std::string to_string() const;
  bool operator==(const Schedule& other) const = default;

 private:
  std::vector<StageSchedule> stages_;
};

} // namespace fovea::catalogue

namespace fovea {
using catalogue::Schedule;
inline Schedule schedule(std::string_view text) {
  return Schedule::parse(text);
}
} // namespace fovea
