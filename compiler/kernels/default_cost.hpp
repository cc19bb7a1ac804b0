#pragma once
#include "compiler/kernels/realisable.hpp"

#include <fovea/catalogue/machine.hpp>

namespace fovea::kernels {

// What is done under the generic lowering's schedule (default_schedule.hpp).
Work default_work(const Definition& stages, const catalogue::Target& target,
                  const catalogue::Machine& machine);

} // namespace fovea::kernels
