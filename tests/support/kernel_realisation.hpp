#pragma once
#include "realisation.hpp"

#include <fovea/catalogue/algorithm.hpp>
#include <fovea/catalogue/schedule.hpp>

#include <optional>

namespace fovea::testing {

// The path that ships: one kernel of `algorithm` (its default schedule unless given), linked by the
// JIT with a driver function that calls it alone, run through the C ABI.
Run compile_kernel(const Definition& definition, const catalogue::Algorithm& algorithm,
                   const std::optional<Schedule>& schedule = std::nullopt);

// One realisation for each algorithm of the catalogue.
std::vector<Realisation> kernel_realisations();

} // namespace fovea::testing
