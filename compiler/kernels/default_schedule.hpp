#pragma once
#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/target.hpp>
#include <fovea/definition/definition.hpp>

namespace fovea::kernels {

// The generic lowering's schedule: text computed from shapes and target. `stages` is what
// split_stages made.
catalogue::Schedule default_schedule(const Definition& stages, const catalogue::Target& target);
// Slower, with less memory.
catalogue::Schedule lean_schedule(const Definition& stages, const catalogue::Target& target);

} // namespace fovea::kernels
