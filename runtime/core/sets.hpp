// A network for several sets of shapes: a program, and those that it names in `sets`.
#pragma once

#include "runtime/core/memory.hpp"

namespace fovea::core {

// The program itself is the first.
inline uint64_t set_count(const fovea_program& program) {
  return 1 + (program.struct_size >= FOVEA_PROGRAM_SETS_BYTES ? program.set_count : 0);
}
inline const fovea_program& set_of(const fovea_program& program, uint64_t index) {
  return index ? *program.sets[index - 1] : program;
}

// The sets' programs, one by one, and whether they are of one network.
fovea_status check_sets(const fovea_program& program, Message& message);

// What a context needs, whichever program it runs.
struct ContextMemory {
  uint64_t arena_bytes = 0, slab_bytes = 0;
};
ContextMemory memory_of(const fovea_program& program);

// The shapes of a run's inputs: in buffers, or as extents one after another, whose numbers are the
// ranks of the program's inputs.
struct GivenShapes {
  const fovea_buffer* buffers;
  const int64_t* extents;
};

// The program whose inputs have these shapes; fails with a list of all sets.
fovea_status pick(const fovea_program& program, const GivenShapes& given,
                  const fovea_program** picked, Message& message);

} // namespace fovea::core
