#pragma once
#include <fovea/catalogue/schedule_check.hpp>

#include <string>
#include <vector>

namespace fovea::catalogue {

// What is legal but does not suit the target: accumulators that its registers do not hold, vectors
// wider than they are. `stages` after the schedule.
std::vector<std::string> warnings_of(const std::vector<StageInfo>& stages, const Target& target);

} // namespace fovea::catalogue
