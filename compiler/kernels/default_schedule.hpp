#pragma once
#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/target.hpp>
#include <fovea/definition/definition.hpp>

namespace fovea::kernels {

// The generic lowering's schedule: text computed from shapes and target. `stages` is what
// split_stages made.
catalogue::Schedule default_schedule(const Definition& stages, const catalogue::Target& target);

// An estimate of one run under it.
double estimated_seconds(const Definition& stages, const catalogue::Target& target);

} // namespace fovea::kernels
