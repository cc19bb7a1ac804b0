// A network for several instruction sets: a program, and those that it names in `variants`.
#pragma once

#include "runtime/core/memory.hpp"

namespace fovea::core {

// The program itself is the first; each after it needs less of the processor.
inline uint64_t variant_count(const fovea_program& program) {
  return 1 + (program.struct_size >= sizeof program ? program.variant_count : 0);
}

// The first that finds what it needs among `available` (FOVEA_CPU_ bits). `wanted`: the name of
// one's target, which is taken even where the processor lacks something (its own check says so);
// null or empty: none. Nothing else of the programs is checked.
fovea_status choose_variant(const fovea_program& program, uint64_t available, const char* wanted,
                            const fovea_program** chosen, Message& message);

} // namespace fovea::core
