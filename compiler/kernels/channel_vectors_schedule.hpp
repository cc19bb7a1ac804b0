#pragma once
#include <fovea/catalogue/schedule.hpp>
#include <fovea/catalogue/target.hpp>
#include <fovea/definition/definition.hpp>

// The schedule of reductions over windows channel by channel (channel_vectors.hpp).
namespace fovea::kernels {

// `stages`: what split_stages made. `blocks`: vectors hold channels, else parts of a row.
catalogue::Schedule channel_vectors_schedule(const Definition& stages,
                                             const catalogue::Target& target, bool blocks);

// Is there enough to do for more than one thread?
bool runs_in_parallel(const Definition& stages, const catalogue::Target& target);

} // namespace fovea::kernels
